"""The words that names of Vietnamese public bodies are made of, and those that speak against an impostor.

Written as people type them in handles: without accents and spaces, in lower case. What each list does to a name is
decided in `names` (what an account is called), `parse` and `beside` (what a name says, and of whom), and `speech` (who
speaks as an authority, and who about it).
"""

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

# What a national site's name is shortened to, or what it is short for.
SHORTENED = {
    "baohiemxahoi": "bhxh",
    "dichvucong": "dvc dvcqg dvcquocgia",
    "giaypheplaixe": "gplx",
    "khobacnhanuoc": "kbnn",
    "nganhangnhanuoc": "nhnn",
    "vienkiemsat": "vks vksnd vksndtc",
}

# First words of bodies that the whole country has once: "Bộ Tài chính" is a name although "tài chính" is none.
CHIEF_HEADS = "bo cuc tongcuc"
HEADS = f"{CHIEF_HEADS} uybangiamsat nganhangnhanuoc khobacnhanuoc haiquanvietnam"

# Bodies that others have within them, or that stand for a part of the country: in front of a name, or behind it, they
# name somebody else.
INNER = """
    vanphong thanhtra doan doanthanhnien tuoitre phunu congdoan dangbo danguy hoiphunu hoinongdan hoicuuchienbinh
    hocvien truongdaihoc daihoc truong benhvien vien bao tapchi chi canbo clb nhahat phong
"""
# What ministries are divided into: "Vụ Pháp chế - Bộ Tài chính".
DEPARTMENTS = "cuc vu tongcuc"
# Those that only a province's police has, whatever else stands between.
WITHIN = "phongcanhsat phonganninh phonghaucan phongthammuu doicanhsat doianninh doicsgt tramcanhsat tramcsgt"
REGION = "khuvuc|phanhieu"
# "cơ sở", before a number or a place.
BRANCH = "coso"
# Other countries have such bodies too.
FOREIGN = """
    lao campuchia trungquoc nhatban hanquoc thailan hoaky anh phap duc nga singapore malaysia indonesia philippines
    myanmar ando dailoan my uc canada australia china japan korea thailand laos cambodia phnompenh
"""
# Of these a place has several, told apart by a number.
NUMBERED = "truong thpt thcs tieuhoc mamnon benhvien"
# Many of these share a name, and no list says where they all are.
NAMESAKES = "thpt thcs tieuhoc mamnon maugiao"

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
    account acc accounts asia baohanh baomat baohiem baomatvipham vipham bank banking biz boss cachuc cap capdo muc2
    card care center chamsoc chamsockhachhang channel chinhchu chinhsach chinhthuc chuongtrinh chuyentrang click
    client co com company cong congdan congthongtin congthongtindientu corp coso cskh dangky dangkyso dangnhap dao
    dautu desk dichvu dientu digital download duan edu email event events express xpress fanpage ff finance form free
    gia giadinh gift giftcode giai giaidau giare go gov govvn ha hanhchinh help helpdesk hethong hn home hopqua
    hotline hotro hotrokhachhang hotrotructuyen html http https huongdan i id ibank identity inc info internet khach
    khachhang khoa khuyenmai kichhoat kythuat lienhe lienket link live lixi loan login lq ltd ma mail mall member
    members membership mobi mobile moi mua muon my naptien napthe net new ngan nganhang ngay nhan nhanqua nhanquatang
    nhanthuong nhanuoc nhanvien now official officialpage on one online otp page pages pay payment phat plus portal
    profile promotion qua quanly quatang quay quocgia register sale secure security server service services shop
    shopping sieuthi site sms so sohoa store sukien support svip sv system tai taiday tainha taichinh taikhoan tang
    tct team tech telecom tet the thanhtoan thanhvien thongbao thongtin thongtindientu thuong tien tienich tietkiem
    tinchap tindung tong tongdai top toanquoc tracuu trang trangchu trangthongtin trangthongtindientu trian trogiup
    tructuyen trung trungtam trungtamhotro tt ttdt tuvan tuyendung tuyensinh tv ungdung update user utility uudai vay
    vaytien vaynhanh vaytinchap vayvon chovay chovaytien choviec verify vi video vieclam viet vietnam vip vn vna vnn
    vongquay vpdt web webapp website winner winners www xacminh xacminhtaikhoan xacnhan xacthuc xyz yeucau fb nguoi
    cua cuc bo ban phong vien app apk apps auto alo hanoi hcm saigon mienphi nhanh nhanhchong uytin caidat
    caidatnhanh lamthutuc thutuc hoso hosodientu nop nophoso tiepnhan giaiquyet hoantien hoantra hoanthue trocap
    nhantien nhantrocap congvan quyetdinh congtac vanban lichtiepdan tiepdan lich hotrodan phucvu phucvunguoidan
    antoan antifraud antivirus baove capnhat capnhatthongtin dinhdanh dinhdanhdientu cancuoc cancuoccongdan cccd cmnd
    hochieu banglai banglaixe giaypheplaixe dangkiem phatnguoi nopphat nopphatnguoi trasoat doi capdoi caplai capmoi
    giahan tichhop tracuuonline trinhbao tiepnhantrinhbao thuhoi thuhoitien thuhoivon laylai laylaitien giaiphong
    hoanthanh rut ruttien motlan quyettoan quyettoanthue khaithue nopthue hoadon hoadondientu masothue hokinhdoanh
    saoke sinhtrac sinhtrachoc dulieu lienthong lylich lylichtuphap kethon khaisinh khaitu hokhau tamtru tamvang
    thuongtru cutru datdai sodo vanbang datlich datkham khambenh chuabenh khamchuabenh khamsuckhoe thongquan hanghoa
    kiemtra dieutra truyna lenhbat lenhtruyna trieutap giaytrieutap giaymoi toipham phongchong phongchongtoipham
    congnghecao anninhmang baomang matkhau didong tieudung vaytieudung dienthoai nguoilaodong huutri luonghuu
    thenhuutri thebaohiem antsinhxahoi ansinh ansinhxahoi trogia hotrotien quatet chinhthong cochinhthuc congchinhthuc
    coquan cocquan chinhphudientu dientuso chuyendoiso congdanso dinhdanhmuc muc1 muchai dvc dvctt dvcquocgia tthc
    hccong nhaplieu xacminhdanhtinh danhtinh moinhat phienban banmoi sudung dung cachdung dichvucap caphochieu
    hochieuonline visa thithuc xuphat xuphatvipham viphamgiaothong loivipham bienban duongdaynong khancap tokhai
    khaibao khaibaoyte dongbo dongbodulieu lamsachdulieu chuanhoa thuthap gioithieu chuyenvien dieutravien kiemsatvien
    thebhyt bhyt bhtn baohiemthatnghiep thatnghiep thaisan chitra truylinh tracuudiem diemthi lop10 dangkythi
    nguyenvong vanbangchungchi chungchi giaychungnhan chungnhan khoito phongtoa phongtoataikhoan hoanphi tncn
    thunhapcanhan giamthue miengiam khoiphuc khoiphuctaikhoan kichhoatlai nangcap phathanh doithe giayto tao taoapp
    hinhsu canhsathinhsu goi goihotro sua suachua giaytoxe dangkyxe bienso bienxe daugia nopphi lephi tuphap
    hosophaply giaodich chuyentien chuyenkhoan nhantro mucdo digi nuoc chxhcn conghoaxahoichunghia
    bosung bosunghoso hieuchinh ketqua traketqua tinnhan phapche doingu xetduyet pheduyet camket baolanh boithuong denbu
    chitien hoanlai chiho thanhtoanbu giaitoa chuanxac khaithongtin xuly xulyno xulydon xulyhoso xulyvipham nhandon
    guidon nopdon taodon donthu don lamlai quenmatkhau mokhoa mohoso taive tailai taifile bieumau maudon giaynhap
    thunhap thuho quyho quyhotro luatmoi thongtu nghidinh chithi tuyentruyen capcuu chuyenmon nghiepvu dansinh hocphi
    hocbong baotri kiemtraloi suadoi dongphi nophocphi trano thuno thanhly thanhlytaisan vonvay hotrovon bot antoanmang
    giaiphap phanhoi phanmem danhsach xacdinh chinhly ketnoi guithongtin nguoinhan phathien ngaymoi
    baoho baotro canhan hosocanhan gioihan lapho lapdat lenh macode maxacnhan quyetdinhxuphat sodienthoai songanh
    taikhoandinhdanh thamdinh thanhkhoan thoigian thuhuong tiencoc tienphat tiepcan tieptuc trangmoi trungtuyen uyquyen
    vanphongdientu vayvonnhanuoc xettuyen xoano yeucauhoantien
    activate activation agent appeal application apply appointment approval approve assist assistance authority
    beta booking bureau case chat citizen citizens claim compensation confirm contact data database declaration
    department eligible enquiry enroll enrollment enrolment files government grant guide helpline inquiry install
    instant invoice issued licence license lite lookup manage manager message ministry national notice notification
    notify passport password payout penalty permit process receipt recover recovery redirect refund registration relief
    renew renewal reset resident residence residency revenue reward scan session setup statement status submit subsidy
    summons telegram ticket token trace track tracking transfer unlock upgrade validate validation verification
    verified vietnamese viber voucher wallet whatsapp withdraw zalo
"""

# Fields that many bodies, papers and clubs are called by: alone or with a place, no authority's name.
COMMON = """
    bongda congnghe congnghiep congthuong dulich giaoduc giaothong kinhdoanh kinhte khoahoc khoahoccongnghe laodong
    moitruong nongnghiep nongthon phapluat phattrien phunu suckhoe tainguyen thanhnien thethao thoitiet thuongmai
    truyenthong vanhoa vanhoathethao vanhoadulich xaydung xahoi yte kinhtexahoi nhandan nguoidan amthuc batdongsan
    nhadat cuocsong doisong giaitri anninh trattu duhoc hocsinh sinhvien phuhuynh giaovien truong thpt thcs tieuhoc
    mamnon daihoc caodang quehuong dacsan congnhan canbo doanhnghiep doanhnhan hoptacxa
"""

# Words of distance: whoever uses them speaks about an authority, not as it. Press, critics, parody, communities.
DISTANCE = """
    khieunai khieukien tocao tocan phananh phanbien gopy phebinh chitrich phandoi taychay bocphot boctran bocme phot
    vachtran vachmat lentieng lenan saipham saitrai viphamphapluat thamnhung thamo tieucuc nhungnhieu hachsach
    quanlieu cuaquyen lamquyen longquyen bikich batcong oansai danoan keucuu khoikien kienubnd doidat doilai doilaidat
    doitien doiquyenloi congly bucxuc phanno phannan thatvong chanqua chanlam chatvan khonghailong khongchapnhan
    lamkho taisao visao lamsao baogio qualau quate chamtre voly loihoai phivoly bilua luadao luagat luadan haidan
    canhgiac canhbao giamao canhbaogiamao chonglua chongluadao chongthamnhung chongtieucuc nannhan suthat suthatve
    doisuthat phiasau goctoi cochgi chuyenla ghet toighet dungtin khongtin khongphai khongchinhthuc phichinhthuc
    khongtinnhiem tutu xinloi nhucnhoi nhieukhe danden sotuc toicao tocanbo giamsat theodoi soimoi bantay thatthiet
    anti antifan hate hates hater haters ihate against critic critics criticism criticise criticize complaint
    complaints complain boycott stop no not never abolish resist defund shame shameon exposed expose exposing truth
    thetruth thetruthabout realstory lies liars liar failed fails fail fraudwatch wrong abuse abuses corruption
    corrupt scandal sucks worst badreviews rants rant angry victims victim lawsuit sue justicefor justice protest
    petition kiennghi watch watchdog monitor accountability whistleblower leaks scam scams scamreport scamalert
    scamalerts reportscam unofficial nonofficial notofficial inofficial isnot fake fakes notreal wtf fuck damn why
    whats whatis tintuc tinnhanh tinmoi tinnong tinhot hottin tin tin24h bantin diemtin diembao docbao thoisu thoibao
    bao baochi baogiay baodientu baomoi nhatbao tuanbao nguyetsan tapchi tapsan phongsu phongvien nhabao toasoan
    binhluan phantich xaluan nghiluan news newspaper newsroom newsletter press journal journalist gazette times
    tribune herald magazine reporter editorial bulletin chronicle dispatch observer insider weekly monthly podcast
    radio coverage commentary opinion debate cho choque chodem chotroi choonline chotot market marketplace muaban
    raovat sangnhuong kygui nhom group groups hoi hoinhom hoinguoi hoinhung hoiyeu hoiphuhuynh hoidap congdong
    community communities cudan dancu nguoidanla donghuong hoidonghuong dongmon hoikhoa hoclop fan fans fanclub
    fanpagefan fandom fanboy fangirl club clb caulacbo forum diendan thaoluan discussion discuss discussions talk
    talks banluan tamsu tamtinh confession confessions cfs hammo nguoihammo yeuthich yeumen toiyeu iloves ilove lover
    lovers love queta quetoi quehuongtoi kinhnghiem chiase thuthuat meovat giaoluu hoihop offline timhieu hocphan
    camnhan review reviews reviewer danhgia nhanxet trainghiem rating ratings tuquanh nguoichoi gamethu players gamers
    parody parodies satire satirical spoof mock mocking hai hainao haihuoc haikich tauhai tramhai tramcam che chebai
    chebien chebaocao troll trolls trolling meme memes funny humor humour comedy comic joke jokes lol haha cuoi
    cuoicung cuoivao cuoibebung giaicuoi vui vuive nhai nhaibang nhaiban gialap biem biemhoa tranhbiem chambiem
    tieulam traophung gieucot buaquaxoay banloi phakelua fanfic fiction roleplay blog blogger vlog vlogger wiki
    wikipedia lichsu history museum baotang kyuc kyniem hoiky cuuhocsinh cuusinhvien cuucanbo alumni friends friendsof
    banbe supporters supporter volunteers tinhnguyen bandoc docgia khangia anhdep photos photography explained archive
    archives ngayxua xuavanay thanphien thantho kheu keutroi keuoan kevan dankeu chandoi ngaongan khokhan khovi kholam
    phienha phienphuc ruomra chuachat chetrach trachmoc noithat noithang thangthan phanbac bacbo xetlai kiencao
    danhgiathap lobby botui anhoilo hoilo mailo thamquyen lamgi lamdung loidung gocnhin gocnho gockhuat quandiem ykien
    suynghi nghive noive banve ketve hieuve vietve nhinve nhintu kechuyen chuyencuoi chuyenvui chuyenphiem cauchuyen
    chuyencua truyencuoi nhatky hoiuc hoainiem kyniemxua kyyeu nienkhoa luubut truongcu lopcu banhoc baotuong gieunhai
    anhche anhvui nhacche thoche phimhai phimngan haituong vuitinh cuoinghieng codongvien cdv cauthu bongchuyen bongro
    fc vdv doibong caulacbobongda luyenthi onthi thithu dethi dapan tailieu giaotrinh giaoan sachgiao luanvan giasu
    lophoc hoclaixe daylaixe hocluat hoclieu thayday thaygiao cogiao onluyen tracnghiem cuahang tiemtap luuniem
    quaniem dongphuc quanphuc quanao thuexe chothue phongtro nhatro nhanghi khachsan homestay resort quancom quanan
    quannhau quancafe caphe cafe coffee food streetfood foodie dacsanque nhathuoc tiemthuoc hieuthuoc banhmi taphoa
    xeom xekhach xecuuthuong tiemvang salon giare banbuon banle bansi bansach datnen nhadat batdongsan bds chungcu
    macbang matbang timviec kiemviec viectotnhat tuyentho giupviec cuuquannhan benhnhan nuoibenh nguoinha nguoibenh
    phuhuynh nguoidung hoivien nguoituido tudo danchu nhanquyen quyencongdan baovequyenloi luatsu vanphongluat
    congtyluat baochot necsgt chotcsgt nechot thongchot hongbien hongchuyen tambien drama tinvan today daily dailynews
    express24h checkin phuot clip trend idol livestream odau ultras cahn angi diachi vatoi vaminh vaban cungnhau
    gopgach duatin loanbao tamguong nguoitot howto tips tutorial guideline faq qna howtouse stories story voices voice
    myths facts truths users problem problems issue issues reddit haul crush lag giaima binhloan quayphim passdo
    rutruot nghien sansale hacker hackers dummies tiktoker delay delays nightmare nightmares nerf goc tuoitho
    cuunhanvien noixau hutmau fancung hoichuxe hoicodong xephang meodung owner owners runners dashcam
    expat expats foreigner foreigners traveller travellers traveler travelers backpackers buyers beware ruined stuck
    questions answers eachother
"""

# Words of distance that without accents are quite other words, and what they are with accents. "cho" is also "for".
ACCENTED = {
    "cho": "chợ",
    "hoi": "hội hỏi",
    "bao": "báo",
    "hai": "hài",
    "che": "chế chê",
    "phot": "phốt",
    "cuoi": "cười",
    "nhai": "nhái nhại",
    "ghet": "ghét",
    "goc": "góc",
    "than": "than",
}

# What people say of somebody, never a name: one of these is talk. Without accents only those that nothing else is.
SPEECH = "ve gi nao sao khong ko hoai oi nhin cung nhau nhu chang nhi nhe luon rua"
SPEECH_ACCENTED = """
    về gì nào sao không ko hoài ơi rồi nhìn nói nghĩ kể kêu khổ chuyện tôi mình tui tao ta bạn bị bởi vì mà thì là gần
    cạnh né ghét yêu thương nhớ mong sợ chán buồn thế vậy cùng như chưa bao đâu ai mấy những tụi bọn đang đừng hãy ở
    bàn kiện đòi chửi chê trách bênh khóc cười hỏi bỏ
"""
# Of these, what nobody says who claims to be somebody, not even beside a dash.
SCOLDING = "mà ơi ghét khổ chửi chê trách bênh khóc cười hoài chán né"
# Who speaks, when a name begins with them.
SPEAKERS = """
    congnhan congchuc vienchuc hocsinh sinhvien duhocsinh phuhuynh giaovien thaygiao cogiao nguoidan nhandan
    doanhnghiep doanhnhan nhadautu nhathau taixe tieuthuong benhnhan nongdan nguoitre gioitre dansu nhabao luatsu
    bacsi nhanvienyte dieuduong ketoan cuudan dulich dacsan amthuc bongda thethao giaitri batdongsan
"""

# The harm that somebody suffered, and the help that is offered for it: together no complaint but a promise.
HARM = "luadao luagat luadan bilua nannhan lua tocao khieunai khieukien khoikien phananh kiennghi"
HELP = "hotro tiepnhan trinhbao thuhoi laylai giaiquyet togiac doilaitien hoantien hoantra giupdo tuvan"

# What a syllable of Vietnamese is made of, without accents.
ONSETS = "b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
VOWELS_FIRST = """
    ac ai am an ang anh ao ap at au ay ech em en eo ep ich im in it o oai oan oc oi om on ong ot ung uong uop uy yem yen
    yeu
"""
RIMES = """
    a ac ach ai am an ang anh ao ap at au ay e ec em en eng enh eo ep et eu i ia ich iem ien ieng iep iet ieu im in inh
    ip it iu o oa oac oach oai oam oan oang oanh oat oay oc oe oen oeo oet oi om on ong op ot u ua uan uang uanh uat uau
    uay uc ue uech uen uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen uyet uynh uyt
    uyu y yem yen yet yeu
"""

MAX_SHORT = 5
"""Letters up to which a word stands inside many others by chance: such a one counts as a whole word only."""


def by_spelling(table: dict[str, str]) -> dict[str, str]:
    """From each spelling to the word it stands for."""
    return {spelling: word for word, block in table.items() for spelling in block.split()}
