"""Three small shops to search in: a hardware store, a clothes shop and a corner grocery."""

from data.search.documents import SearchDocument

_HARDWARE = """
TAL-500|Taladro Percutor Makita 13mm 650W|Makita|Herramientas eléctricas|Con maletín, ideal para concreto
TAL-501|Taladro Inalámbrico Bosch 18V|Bosch|Herramientas eléctricas|Incluye dos baterías
TAL-502|Taladro Atornillador 12V Black+Decker|Black+Decker|Herramientas eléctricas|
ESM-115|Esmeril Angular 4 1/2" 850W|Makita|Herramientas eléctricas|
SIE-700|Sierra Circular 7 1/4" 1400W|Skil|Herramientas eléctricas|
CAL-200|Sierra Caladora 500W|Bosch|Herramientas eléctricas|
MAR-16|Martillo Carpintero 16 oz mango madera|Stanley|Herramientas|Para clavar y sacar clavos
MAR-20|Martillo de Goma 20 oz|Redline|Herramientas|
COM-4|Combo 4 lb mango fibra|Redline|Herramientas|
DES-P2|Destornillador Paleta 1/4" x 4"|Stanley|Herramientas|
DES-C2|Destornillador Cruz PH2|Stanley|Herramientas|
ALI-8|Alicate Universal 8"|Stanley|Herramientas|
LLA-10|Llave Ajustable 10"|Bahco|Herramientas|
LLA-13|Llave Punta Corona 13mm|Bahco|Herramientas|
HUI-5|Huincha de Medir 5 m|Stanley|Herramientas|
HUI-8|Huincha de Medir 8 m|Stanley|Herramientas|
HUA-18|Huincha Aisladora 3M negra 18m|3M|Electricidad|
SER-20|Serrucho Carpintero 20"|Bahco|Herramientas|
NIV-24|Nivel de Aluminio 24"|Stanley|Herramientas|
AMP-9|Ampolleta LED 9W luz fría E27|Philips|Electricidad|
AMP-9C|Ampolleta LED 9W luz cálida E27|Philips|Electricidad|
AMP-12|Ampolleta LED 12W luz fría E27|Philips|Electricidad|
ENC-10|Enchufe Hembra 10A|Bticino|Electricidad|
INT-1|Interruptor Simple 10A|Bticino|Electricidad|
ALG-5|Alargador 5 metros 3 tomas|Tecnolamp|Electricidad|
CAB-15|Cable Eléctrico 1.5mm2 por metro rojo|Cocesa|Electricidad|Se vende por metro
CAB-25|Cable Eléctrico 2.5mm2 por metro negro|Cocesa|Electricidad|Se vende por metro
AUT-16|Automático 16A riel DIN|Schneider|Electricidad|
TOR-M8|Tornillo Hexagonal M8x40 zincado|Mamut|Fijaciones|
TOR-M10|Tornillo Hexagonal M10x60 zincado|Mamut|Fijaciones|
TOR-VOL|Tornillo Volcanita 6x1 1/4" caja 100 un|Mamut|Fijaciones|
TAR-6|Tarugo Plástico 6mm bolsa 50 un|Mamut|Fijaciones|
TAR-8|Tarugo Plástico 8mm bolsa 50 un|Mamut|Fijaciones|
CLA-2|Clavo Corriente 2" 1 kg|Inchalam|Fijaciones|
CLA-3|Clavo Corriente 3" 1 kg|Inchalam|Fijaciones|
GOL-8|Golilla Plana 8mm|Mamut|Fijaciones|
COD-12|Codo PVC 1/2" 90 grados|Tigre|Gasfitería|
COD-34|Codo PVC 3/4" 90 grados|Tigre|Gasfitería|
TUB-12|Tubo PVC 1/2" x 6 m|Tigre|Gasfitería|
TUB-34|Tubo PVC 3/4" x 6 m|Tigre|Gasfitería|
LLP-12|Llave de Paso 1/2" bronce|Nibsa|Gasfitería|
TEF-12|Teflón 1/2" x 10 m|Nibsa|Gasfitería|
LAV-1|Lavaplatos Acero Inoxidable 80x50 cm|Teka|Gasfitería|
MAN-15|Manguera Jardín 1/2" 15 m|Tigre|Jardín|
PAL-1|Pala Punta Huevo mango madera|Famae|Jardín|
CAR-90|Carretilla 90 litros rueda neumática|Famae|Jardín|
TIJ-8|Tijera de Podar 8"|Bahco|Jardín|
PIN-L1|Esmalte al Agua Blanco 1 galón|Sipa|Pinturas|Pintura lavable para interior
PIN-L2|Látex Extracubriente Blanco 4 galones|Sipa|Pinturas|Pintura para muro
BRO-2|Brocha 2"|Condor|Pinturas|
BRO-3|Brocha 3"|Condor|Pinturas|
ROD-9|Rodillo Chiporro 9"|Condor|Pinturas|
DIL-1|Diluyente Duco 1 lt|Sipa|Pinturas|
LIJ-80|Lija Madera grano 80|Norton|Pinturas|
LIJ-120|Lija Madera grano 120|Norton|Pinturas|
SIL-T|Silicona Transparente 300 ml|Sika|Adhesivos|
COL-1|Cola Fría Madera 1 kg|Agorex|Adhesivos|
PIN-24|Pino Cepillado 2x4 3,2 m|Arauco|Maderas|
PIN-22|Pino Cepillado 2x2 3,2 m|Arauco|Maderas|
TER-15|Terciado Estructural 15mm|Arauco|Maderas|
CEM-25|Cemento Especial 25 kg|Melón|Construcción|
CAN-40|Candado 40mm|Odis|Cerrajería|
CER-1|Cerradura Sobreponer|Odis|Cerrajería|
GUA-1|Guante Cabritilla|Steelpro|Seguridad|
LEN-1|Antiparra Transparente|Steelpro|Seguridad|
10|Bisagra 3" par||Cerrajería|
1000|Pomel 1/2"||Cerrajería|
"""

_CLOTHES = """
POL-NE|Polera Básica Algodón|Caserita|Poleras|Cuello redondo|talla=S,M,L|color=negro
POL-BL|Polera Básica Algodón|Caserita|Poleras|Cuello redondo|talla=S,M,L|color=blanco
POL-EST|Polera Estampada Rock|Maui|Poleras||talla=M,L|color=negro
PIQ-AZ|Polera Piqué Hombre|Maui|Poleras||talla=M,L,XXL|color=azul
PLN-GR|Polerón Canguro con Gorro|Maui|Polerones||talla=M,L|color=gris
PLN-NE|Polerón Canguro con Gorro|Maui|Polerones||talla=M,L|color=negro
JEA-AZ|Jeans Recto Hombre|Wrangler|Pantalones|Mezclilla|talla=42,44,46|color=azul
JEA-NE|Jeans Skinny Mujer|Wados|Pantalones|Mezclilla|talla=36,38,40|color=negro
PAN-BU|Pantalón de Buzo|Caserita|Pantalones||talla=M,L|color=gris
CAL-NE|Calza Deportiva Mujer|Caserita|Deportivo||talla=S,M|color=negro
SHO-AZ|Short Playero Hombre|Maui|Shorts||talla=M,L|color=azul
CHA-NE|Chaqueta Cuero Sintético Mujer|Wados|Chaquetas||talla=S,M|color=negro
PAR-VE|Parka Impermeable Hombre|Lippi|Chaquetas||talla=L,XL|color=verde
SWE-BU|Sweater Lana Cuello V|Wados|Chalecos||talla=M|color=burdeo
VES-FL|Vestido Floreado Verano|Wados|Vestidos||talla=S,M|color=rojo
FAL-NE|Falda Plisada|Wados|Faldas||talla=S,M|color=negro
BLU-BL|Blusa Manga Larga|Wados|Blusas||talla=S,M,L|color=blanco
CAM-CE|Camisa Oxford Hombre|Wrangler|Camisas||talla=M,L|color=celeste
ZAP-RU|Zapatillas Running Mujer|Adidas|Calzado||talla=36,37,38|color=rosado
ZAP-UR|Zapatillas Urbanas Hombre|Adidas|Calzado||talla=41,42,43|color=blanco
BOT-CA|Botines Cuero Mujer|Wados|Calzado||talla=36,37|color=café
SAN-NE|Sandalias Playa|Maui|Calzado||talla=38,40|color=negro
CAL-3|Calcetines Algodón Pack 3|Caserita|Ropa interior||talla=única|color=blanco
BOX-2|Boxer Algodón Pack 2|Caserita|Ropa interior||talla=M,L|color=negro
SOS-NU|Sostén sin Costura|Caserita|Ropa interior||talla=34,36|color=beige
PIJ-MU|Pijama Polar Mujer|Caserita|Pijamas||talla=M,L|color=rosado
GOR-LA|Gorro de Lana|Lippi|Accesorios||talla=única|color=gris
JOC-NE|Jockey Ajustable|Maui|Accesorios||talla=única|color=negro
BUF-RO|Bufanda Tejida|Lippi|Accesorios||talla=única|color=rojo
CIN-CA|Cinturón Cuero|Wrangler|Accesorios||talla=única|color=café
MOC-20|Mochila Escolar 20 litros|Lippi|Accesorios||talla=única|color=azul
TRA-BA|Traje de Baño Entero|Maui|Playa||talla=S,M|color=azul
"""

_GROCERY = """
7801610001189|Coca-Cola Original 1.5 L|Coca-Cola|Bebidas
7801610001196|Coca-Cola Zero 1.5 L|Coca-Cola|Bebidas
7801610001202|Coca-Cola Original 3 L|Coca-Cola|Bebidas
7801620001001|Agua Mineral sin Gas 1,6 L|Cachantun|Bebidas
7801620001018|Agua Mineral con Gas 500 ml|Cachantun|Bebidas
7801620002002|Jugo Néctar Durazno 1 L|Watt's|Bebidas
7801620002019|Jugo Néctar Naranja 1 L|Watt's|Bebidas
7802800000012|Cerveza Lager Lata 470 cc|Cristal|Licores
7802800000029|Vino Tinto Cabernet 750 ml|Gato Negro|Licores
7802900000018|Leche Entera 1 L|Colun|Lácteos
7802900000025|Leche Descremada 1 L|Colun|Lácteos
7802900000032|Yogurt Frutilla 125 g|Soprole|Lácteos
7802900000049|Mantequilla con Sal 250 g|Colun|Lácteos
7802900000056|Queso Gauda Laminado 250 g|Colun|Lácteos
7802900000063|Manjar 1 kg|Nestlé|Lácteos
7803000000011|Arroz Grado 1 Grano Largo 1 kg|Tucapel|Abarrotes
7803000000028|Fideos Spaghetti 5 400 g|Carozzi|Abarrotes
7803000000035|Fideos Corbatitas 400 g|Lucchetti|Abarrotes
7803000000042|Harina sin Polvos de Hornear 1 kg|Selecta|Abarrotes
7803000000059|Azúcar Granulada 1 kg|Iansa|Abarrotes
7803000000066|Sal Fina 1 kg|Lobos|Abarrotes
7803000000073|Aceite Vegetal 900 ml|Chef|Abarrotes
7803000000080|Aceite Maravilla 1 L|Natura|Abarrotes
7803000000097|Porotos Hallados 1 kg|Wasil|Abarrotes
7803000000103|Lentejas 5 mm 1 kg|Wasil|Abarrotes
7803000000110|Salsa de Tomates Italiana 200 g|Malloa|Abarrotes
7803000000127|Mayonesa 744 g|Hellmann's|Abarrotes
7803000000134|Ketchup 1 kg|Malloa|Abarrotes
7803000000141|Mostaza 250 g|JB|Abarrotes
7803000000158|Atún Lomitos al Agua 160 g|San José|Abarrotes
7803000000165|Café Instantáneo Tradición 170 g|Nescafé|Desayuno
7803000000172|Té Negro 100 bolsitas|Supremo|Desayuno
7803000000189|Avena Multiuso 500 g|Quaker|Desayuno
7803000000196|Mermelada Frutilla 250 g|Watt's|Desayuno
7803000000202|Galletas Tritón Chocolate 126 g|McKay|Galletas
7803000000219|Galletas Soda 180 g|Costa|Galletas
7803000000226|Papas Fritas Corte Americano 250 g|Lay's|Snacks
7803000000233|Maní Salado 160 g|Evercrisp|Snacks
7803000000240|Huevos Blancos Bandeja 30 un|Santa Elena|Frescos
7803000000257|Palta Hass kg||Frutas y verduras
7803000000264|Tomate Larga Vida kg||Frutas y verduras
7803000000271|Plátano kg||Frutas y verduras
7803000000288|Papas Malla 5 kg||Frutas y verduras
7803000000295|Choclo Congelado 500 g|Minuto Verde|Congelados
7803000000301|Vienesas 20 un|PF|Cecinas
7803000000318|Jamón Pierna 250 g|PF|Cecinas
7803000000325|Pan de Molde Blanco Grande|Ideal|Panadería
7804000000010|Confort Doble Hoja 4 rollos|Elite|Aseo
7804000000027|Toalla Nova 3 rollos|Nova|Aseo
7804000000034|Cloro Tradicional 2 L|Clorox|Aseo
7804000000041|Detergente Líquido 3 L|Omo|Aseo
7804000000058|Lavalozas Limón 750 ml|Quix|Aseo
7804000000065|Esponja Multiuso 3 un|Virginia|Aseo
7804000000072|Bolsas de Basura 50x70 10 un|Virginia|Aseo
7804000000089|Shampoo Manzanilla 750 ml|Ballerina|Cuidado personal
7804000000096|Jabón Líquido 1 L|Ballerina|Cuidado personal
7804000000102|Pasta Dental Triple Acción 90 g|Colgate|Cuidado personal
7804000000119|Pañales Talla G 36 un|Babysec|Bebé
7804000000126|Alimento Perro Adulto 15 kg|Master Dog|Mascotas
7804000000133|Alimento Gato Adulto 1 kg|Whiskas|Mascotas
7804000000140|Fósforos Caja|Copihue|Aseo
7804000000157|Pilas AA 4 un|Duracell|Bazar
"""


def _lines(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().splitlines()]


def hardware() -> list[SearchDocument]:
    """Return the hardware store; ids start at 1000."""
    return [
        SearchDocument(
            id=1000 + n, sku=sku, name=name, brand=brand or None, category=category, description=about or None
        )
        for n, (sku, name, brand, category, about) in enumerate(_lines(_HARDWARE))
    ]


def clothes() -> list[SearchDocument]:
    """Return the clothes shop, a document for every size; ids start at 2000."""
    documents: list[SearchDocument] = []
    for sku, name, brand, category, about, sizes, colour in _lines(_CLOTHES):
        first = 2000 + len(documents)
        colour_name = colour.partition("=")[2]
        documents.extend(
            SearchDocument(
                id=first + offset,
                sku=f"{sku}-{size.upper()}",
                name=name,
                brand=brand,
                category=category,
                description=about or None,
                options={"talla": size, "color": colour_name},
            )
            for offset, size in enumerate(sizes.partition("=")[2].split(","))
        )
    return documents


def grocery() -> list[SearchDocument]:
    """Return the corner grocery, whose SKUs count from ALM-1; ids start at 3000."""
    return [
        SearchDocument(
            id=3000 + n,
            sku=f"ALM-{n + 1}",
            barcode=barcode,
            name=name,
            brand=brand or None,
            category=category,
        )
        for n, (barcode, name, brand, category) in enumerate(_lines(_GROCERY))
    ]
