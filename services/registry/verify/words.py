"""The words that names of Vietnamese public bodies are made of, and those that speak against an impostor.

Written as people type them in handles: without accents and spaces, in lower case. What each list does to a name is
decided in `names` (what an account is called) and `pipeline` (what a question is likened to).
"""

from collections.abc import Iterable

# Authorities of which each place has its own: one word for each, and how it is spelt. With a place they name one body;
# with another place they name another body.
AUTHORITIES = {
    "ubnd": "ubnd uybannhandan uybannd ubnhandan uybnhandan chinhquyen peoplescommittee peoplecommittee",
    "hdnd": "hdnd hoidongnhandan",
    "congan": "congan police csgt canhsatgiaothong canhsat pccc",
    "quansu": "bochihuyquansu banchihuyquansu bochqs banchqs bienphong bodoibienphong quansu",
    "toaan": "toaan toaannhandan tand",
    "kiemsat": "vienkiemsat vienkiemsatnhandan vksnd",
    "thihanhan": "thihanhan thihanhandansu thads",
    "mattran": "mttq ubmttq mttqvn mattran mattrantoquoc uybanmattran uybanmttq",
    "doan": "tinhdoan thanhdoan huyendoan xadoan phuongdoan quandoan doanthanhnien tuoitre",
    "phunu": "hoiphunu hoilhpn hoilienhiepphunu lhpn",
    "nongdan": "hoinongdan",
    "cuuchienbinh": "hoicuuchienbinh hoiccb",
    "chuthapdo": "hoichuthapdo chuthapdo",
    "congdoan": "congdoan liendoanlaodong ldld",
    "dang": "tinhuy thanhuy huyenuy quanuy danguy dangbo bantuyengiao tuyengiao",
    "hanhchinhcong": "hanhchinhcong trungtamhanhchinhcong phucvuhanhchinhcong trungtamphucvuhanhchinhcong motcua "
    "bophanmotcua tthcc ttpvhcc",
    "dichvucong": "dichvucong dichvucongtructuyen congdichvucong",
    "thue": "cucthue chicucthue cothue thue coquanthue",
    "haiquan": "haiquan cuchaiquan chicuchaiquan",
    "khobac": "khobac khobacnhanuoc",
    "baohiem": "bhxh baohiemxahoi",
    "thanhtra": "thanhtra",
    "thongke": "cucthongke thongke",
    "quanlythitruong": "qltt quanlythitruong",
    "kiemlam": "kiemlam chicuckiemlam",
    "vanphong": "vanphong vpubnd",
    "soyte": "soyte",
    "sogiaoduc": "sogiaoduc sogiaoducvadaotao sogiaoducdaotao sogddt sogdvadt sogd",
    "phonggiaoduc": "phonggiaoduc phonggddt pgddt",
    "socongthuong": "socongthuong soct",
    "soxaydung": "soxaydung soxd",
    "sotaichinh": "sotaichinh sotc",
    "sonoivu": "sonoivu",
    "sotuphap": "sotuphap",
    "sokhcn": "sokhoahocvacongnghe sokhoahoccongnghe sokhcn",
    "sonongnghiep": "sonongnghiep sonongnghiepvamoitruong sonongnghiepmoitruong sonnmt sonnptnt",
    "sovanhoa": "sovanhoa sovanhoathethaovadulich sovanhoathethao sovhttdl sovhtt",
    "sodulich": "sodulich",
    "sogiaothong": "sogiaothong sogiaothongvantai sogtvt",
    "sotainguyen": "sotainguyen sotainguyenvamoitruong sotnmt",
    "solaodong": "solaodong soldtbxh",
    "sothongtin": "sothongtinvatruyenthong sothongtintruyenthong sotttt",
    "songoaivu": "songoaivu",
    "sokehoach": "sokehoach sokehoachvadautu sokhdt",
    "tramyte": "tramyte",
    "trungtamyte": "trungtamyte ttyt",
    "cdc": "kiemsoatbenhtat trungtamkiemsoatbenhtat",
    "benhvien": "benhvien benhviendakhoa bvdk",
    "dai": "daiphatthanh daitruyenthanh daiptth phatthanhtruyenhinh truyenthanh",
    "vanhoa": "trungtamvanhoa nhavanhoa",
}

# Levels of administrative units, as written before their names.
LEVELS = {
    "xa": "xa",
    "phuong": "phuong",
    "thitran": "thitran",
    "huyen": "huyen",
    "quan": "quan",
    "thixa": "thixa",
    "thanhpho": "thanhpho tp",
    "tinh": "tinh",
    "dackhu": "dackhu",
}

# What anybody adds to a name, official pages and impostors alike. Alone, or with a place, these name nobody.
GENERIC = """
    account acc accounts alo an app apk apps asia auto baohanh baomat bank banking bientap biz boss ca cachuc cam
    canhan cap card care center cham chamsoc chamsockhachhang channel chinhchu chinhsach chinhthuc chu chuongtrinh
    chuyentrang click client club co com cong congdan congthongtin congthongtindientu coso cskh dangky dangkyso
    dangnhap dantri dao dautu desk di dich dichvu dien dientu digital dong download duan edu email event events
    express fanpage ff finance form free gia giadinh gift giftcode giai giaidau giare go gov govvn group guest ha
    hanhchinh hanoi hcm help helpdesk hethong hn home hopqua hotline hotro hotrokhachhang hotrotructuyen html http
    https huongdan i id ibank identity inc info internet khach khachhang khoa khuyenmai kichhoat kythuat lienhe
    lienket link live lixi loan login lq ltd ma mail mall member members membership mobi mobile moi mua muon my
    naptien napthe net new newss ngan nganhang ngay nha nhan nhanqua nhanquatang nhanthuong nhanuoc nhanvien now
    official officialpage on one online org otp page pages pay payment phat phongtuyendung plus portal profile
    promotion qua quanly quatang quay quocgia register sale secure security server service services shop shopping
    sieuthi site sms so sohoa sotay store sukien support svip sv system tai taichinh taikhoan tang taxi tct team
    tech telecom tet the thanhtoan thanhvien thethao theloai thoi thongbao thongtin thongtindientu thuong tien
    tienich tietkiem tinchap tindung tintuc24h tk tong tongdai top toanquoc tracuu tracuuonline trang trangchu
    trangthongtin trangthongtindientu trian trogiup tructuyen trung trungtam tt ttdt tuvan tuyendung tuyensinh tv
    ungdung update user utility uudai vay vaytien vaynhanh vaytinchap vayvon verify vi video vieclam viet vietnam
    vietnamese vip vn vna vnn vongquay vpdt web webapp website winner winners www xacminh xacminhtaikhoan xacnhan
    xacthuc xemthem xyz yeucau fb nguoi cua va chophep cuc bo ban phong vien ve tailieu quy trungtamhotro 24h 247 24
    365
"""

# Fields that many bodies, papers and clubs are called by: alone or with a place, no authority's name.
COMMON = """
    baochi bongda congnghe congnghiep congthuong dulich giaoduc giaothong haiquan kinhdoanh kinhte khoahoc
    khoahoccongnghe laodong moitruong nongnghiep nongthon phapluat phattrien phunu suckhoe taichinh tainguyen
    thanhnien thethao thoitiet thuongmai truyenthong tuoitre vanhoa vanhoathethao vanhoadulich xaydung xahoi yte
    dautu kinhtexahoi nhandan nguoidan amthuc batdongsan nhadat cuocsong doisong giaitri anninh trattu duhoc hocsinh
    sinhvien phuhuynh giaovien truong thpt thcs tieuhoc mamnon daihoc caodang quehuong dacsan
"""

# Words of distance: whoever uses them speaks about an authority, not as it. Press, critics, parody, communities.
DISTANCE = """
    khieunai tocao phananh phanbien gopy phebinh chitrich phandoi taychay bocphot phot bikich vachtran vachmat
    antifan anti hate hater haters ghet boycott against critic critics criticism complaint complaints complain sucks
    wtf scandal expose exposed truth suthat doisuthat nannhan victims victim protest petition kiennghi doiquyenloi
    unofficial nonofficial notofficial inofficial khongchinhthuc khongphai phichinhthuc isnot fake giamao canhbao
    canhbaogiamao luadao chonglua chongluadao scamalert alert watch watchdog monitor observer giamsat theodoi tintuc
    tinnhanh tinmoi tinnong tin bantin diemtin thoisu thoibao bao baochi nhatbao tuanbao tapchi phongvien news
    newspaper press journal gazette times post24 tribune herald magazine reporter editorial thoidai cho choonline
    chotroi chodemmua market muaban raovat chosinh nhom group groups hoi hoinhom congdong community communities
    cudan dandan hoidonghuong donghuong fan fans fanclub fandom clb club forum diendan thaoluan discussion discuss
    talk talks banluan tamsu confession confessions cfs nguoihammo hammo yeuthich review reviews reviewer danhgia
    trainghiem nhanxet rating ratings parody satire satirical hai haihuoc hainao che chebai troll trolls meme memes
    funny joke jokes lol vui cuoi cuoibebung tramcam bua buaquaxoay nhai gialap biem biemhoa tranhbiem tieulam
    traophung chambiem gieucot haikich blog blogger vlog podcast wiki wikipedia lichsu history museum baotang
    nghiencuu research hoiky kyuc kyniem cuuhocsinh cuusinhvien alumni friends banbe supporters volunteers
    tinhnguyen unionof hocvien bandoc docgia khangia tusach thuvienanh anhdep photos photography checkin chanqua
    thatvong tehai
"""

MAX_SHORT = 5
"""Letters up to which a word stands inside many others by chance: such a one counts as a whole word only."""


def by_spelling(table: dict[str, str]) -> dict[str, str]:
    """From each spelling to the word it stands for."""
    return {spelling: word for word, block in table.items() for spelling in block.split()}
