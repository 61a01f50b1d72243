"""The `document` method: an official letter names the account; its reference is kept, never the letter.

It says whose the account ought to be and shows control of nothing, so it is weak; a letter of another agency, which one
of that agency's own approvers confirms, counts for more (`attesting.confirm`).
"""

from services.registry.proofs.method import Method
from shared.problems import Text

METHOD = Method(
    name="document",
    strength="weak",
    instructions=Text(
        "Một người duyệt khác đối chiếu văn bản và xác nhận tại …/confirm; nếu là văn bản của cơ quan khác, người "
        "duyệt của cơ quan đó xác nhận thì bằng chứng mạnh hơn.",
        "Another person, an approver, compares the letter and confirms it at …/confirm; if it is of another agency, "
        "the proof is stronger when an approver of that one confirms it.",
    ),
    places=lambda _: [],
    line=lambda _: "",
    look=None,
    shows_control=False,
)
