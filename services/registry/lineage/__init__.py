"""Who became whom: the lineage of an agency, and the crosswalk of all."""
