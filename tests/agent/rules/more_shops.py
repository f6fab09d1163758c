"""More shops to talk to: a corner shop, clothes, a pharmacy, books, pets, a bakery, spare parts for cars."""

from collections.abc import Mapping

Row = tuple[str, str, int, int | None, Mapping[str, str]]

CORNER: list[Row] = [
    ("HAR1", "Harina sin polvos 1 kg", 1290, 50, {"brand": "Molino"}),
    ("HAR5", "Harina con polvos 1 kg", 1350, 30, {"brand": "Molino"}),
    ("ARR1", "Arroz grado 1 1 kg", 1490, 80, {"brand": "Campo"}),
    ("AZU1", "Azúcar 1 kg", 1390, 60, {"brand": "Dulcor"}),
    ("ACE1", "Aceite maravilla 1 litro", 2790, 25, {"brand": "Solar"}),
    ("ACE5", "Aceite maravilla 5 litros", 11990, 4, {"brand": "Solar"}),
    ("BEB15", "Bebida cola 1,5 litros", 1590, 30, {"brand": "Fizz"}),
    ("BEB3", "Bebida cola 3 litros", 2690, 12, {"brand": "Fizz"}),
    ("BEBN3", "Bebida naranja 3 litros", 2490, 12, {"brand": "Fizz"}),
    ("LEC1", "Leche entera 1 litro", 1190, 100, {"brand": "Vaca Linda"}),
    ("LECD1", "Leche descremada 1 litro", 1190, 100, {"brand": "Vaca Linda"}),
    ("PAN1", "Pan de molde blanco", 2190, 15, {"brand": "Horno"}),
    ("HUE12", "Huevos blancos docena", 3490, 20, {"brand": "Granja"}),
    ("HUEU", "Huevo de campo", 350, 20, {"brand": "Granja"}),
    ("PAL1", "Palta hass kg", 4990, 10, {"brand": "Huerto"}),
    ("TOM1", "Tomate kg", 1690, 30, {"brand": "Huerto"}),
    ("DET1", "Detergente líquido 3 litros", 6990, 10, {"brand": "Blanco"}),
    ("CON4", "Papel higiénico 4 rollos", 2290, 25, {"brand": "Suave"}),
    ("CER6", "Cerveza lager six pack", 5990, 0, {"brand": "Austral Sur"}),
]

BOUTIQUE: list[Row] = [
    ("PB-N-S", "Polera básica", 7990, 5, {"talla": "S", "color": "Negro", "category": "Poleras"}),
    ("PB-N-M", "Polera básica", 7990, 3, {"talla": "M", "color": "Negro", "category": "Poleras"}),
    ("PB-N-L", "Polera básica", 7990, 0, {"talla": "L", "color": "Negro", "category": "Poleras"}),
    ("PB-B-M", "Polera básica", 7990, 8, {"talla": "M", "color": "Blanco", "category": "Poleras"}),
    ("PE-A-M", "Polera estampada", 11990, 2, {"talla": "M", "color": "Azul", "category": "Poleras"}),
    ("JE-32", "Jeans slim", 24990, 4, {"talla": "32", "color": "Azul", "category": "Pantalones"}),
    ("JE-34", "Jeans slim", 24990, 1, {"talla": "34", "color": "Azul", "category": "Pantalones"}),
    ("PR-G-L", "Polerón con capucha", 19990, 6, {"talla": "L", "color": "Gris", "category": "Polerones"}),
    ("PR-G-M", "Polerón con capucha", 19990, 6, {"talla": "M", "color": "Gris", "category": "Polerones"}),
    ("ZA-40", "Zapatillas urbanas", 34990, 2, {"talla": "40", "color": "Blanco", "category": "Zapatillas"}),
    ("ZA-42", "Zapatillas urbanas", 34990, 0, {"talla": "42", "color": "Blanco", "category": "Zapatillas"}),
    ("CA-P", "Calcetines pack 3", 3990, 40, {"talla": "Única", "color": "Negro", "category": "Accesorios"}),
    ("VE-F", "Vestido floreado", 21990, 3, {"talla": "M", "color": "Rojo", "category": "Vestidos"}),
]

PHARMACY: list[Row] = [
    ("PAR500", "Paracetamol 500 mg 16 comprimidos", 990, 120, {"category": "Analgésicos"}),
    ("PAR1G", "Paracetamol 1 g 20 comprimidos", 2490, 40, {"category": "Analgésicos"}),
    ("IBU400", "Ibuprofeno 400 mg 20 comprimidos", 1990, 60, {"category": "Analgésicos"}),
    (
        "JAR-TOS",
        "Jarabe para la tos 120 ml",
        5490,
        9,
        {"category": "Resfrío", "description": "Alivia la tos seca y con flema."},
    ),
    ("ALC-GEL", "Alcohol gel 500 ml", 2990, 30, {"category": "Higiene"}),
    ("MAS-50", "Mascarillas desechables caja 50 unidades", 3990, 18, {"category": "Higiene"}),
    ("PAN-G", "Pañales desechables", 12990, 6, {"brand": "Babylin", "talla": "G", "category": "Bebé"}),
    ("PAN-XG", "Pañales desechables", 13990, 0, {"brand": "Babylin", "talla": "XG", "category": "Bebé"}),
    ("PROT-50", "Protector solar FPS 50 200 ml", 14990, 11, {"brand": "Eucer", "category": "Dermo"}),
    ("CUR-20", "Parche curita 20 unidades", 1290, 45, {"category": "Curación"}),
    ("TER-DIG", "Termómetro digital", 4990, 7, {"category": "Equipos"}),
    ("SHA-BB", "Shampoo bebé 400 ml", 4590, 14, {"brand": "Babylin", "category": "Bebé"}),
    ("CEP-SUA", "Cepillo de dientes suave", 1890, 25, {"category": "Higiene bucal"}),
    ("CEP-MED", "Cepillo de dientes medio", 1890, 0, {"category": "Higiene bucal"}),
    ("VIT-C", "Vitamina C 1 g 10 efervescentes", 3490, 22, {"category": "Vitaminas"}),
]

BOOKS: list[Row] = [
    (
        "L001",
        "El principito",
        8990,
        10,
        {"category": "Libros", "brand": "Salamandra", "description": "Antoine de Saint-Exupéry. Tapa blanda."},
    ),
    (
        "L002",
        "Cien años de soledad",
        15990,
        4,
        {"category": "Libros", "brand": "Sudamericana", "description": "Gabriel García Márquez."},
    ),
    ("L003", "Papelucho", 6990, 0, {"category": "Libros", "description": "Marcela Paz."}),
    ("L004", "Papelucho detective", 6990, 5, {"category": "Libros", "description": "Marcela Paz."}),
    ("C100", "Cuaderno universitario cuadriculado 100 hojas", 1990, 60, {"brand": "Rhein", "category": "Cuadernos"}),
    ("C101", "Cuaderno universitario líneas 100 hojas", 1990, 35, {"brand": "Rhein", "category": "Cuadernos"}),
    ("C080", "Cuaderno college 80 hojas", 1290, 50, {"brand": "Colón", "category": "Cuadernos"}),
    ("LAP-A", "Lápiz pasta azul", 350, 200, {"brand": "Bic", "category": "Lápices"}),
    ("LAP-N", "Lápiz pasta negro", 350, 150, {"brand": "Bic", "category": "Lápices"}),
    ("LAP-R", "Lápiz pasta rojo", 350, 0, {"brand": "Bic", "category": "Lápices"}),
    ("LAP-G", "Lápiz grafito HB", 250, 300, {"brand": "Faber", "category": "Lápices"}),
    ("COL12", "Lápices de colores 12 unidades", 3990, 20, {"brand": "Faber", "category": "Lápices"}),
    ("GOM", "Goma de borrar", 290, 80, {"category": "Escritorio"}),
    ("TIJ", "Tijera escolar punta roma", 1190, 25, {"category": "Escritorio"}),
    ("RES-C", "Resma carta 500 hojas", 4990, 30, {"category": "Papel"}),
    ("RES-O", "Resma oficio 500 hojas", 5490, 15, {"category": "Papel"}),
    ("PEG", "Pegamento en barra 21 g", 1290, 40, {"brand": "Stick", "category": "Escritorio"}),
]

PETS: list[Row] = [
    ("DOG-AD15", "Alimento perro adulto 15 kg", 32990, 8, {"brand": "Can Feliz", "category": "Perros"}),
    ("DOG-CA3", "Alimento perro cachorro 3 kg", 9990, 12, {"brand": "Can Feliz", "category": "Perros"}),
    ("DOG-AD3", "Alimento perro adulto 3 kg", 8490, 14, {"brand": "Can Feliz", "category": "Perros"}),
    ("CAT-AD3", "Alimento gato adulto 3 kg", 10990, 10, {"brand": "Michi", "category": "Gatos"}),
    ("CAT-LAT", "Alimento húmedo gato atún lata 85 g", 990, 48, {"brand": "Michi", "category": "Gatos"}),
    ("ARE-10", "Arena sanitaria 10 kg", 7990, 9, {"brand": "Limpia", "category": "Gatos"}),
    ("COL-S", "Collar antipulgas", 11990, 5, {"talla": "S", "category": "Perros"}),
    ("COL-L", "Collar antipulgas", 13990, 3, {"talla": "L", "category": "Perros"}),
    ("COR-R", "Correa nylon", 5990, 7, {"color": "rojo", "category": "Perros"}),
    ("COR-A", "Correa nylon", 5990, 4, {"color": "azul", "category": "Perros"}),
    ("CAM-M", "Cama para mascota", 18990, 2, {"talla": "M", "category": "Accesorios"}),
    ("CAM-L", "Cama para mascota", 24990, 1, {"talla": "L", "category": "Accesorios"}),
    ("JUG-PEL", "Pelota de goma", 2490, 30, {"category": "Juguetes"}),
    ("SNK-DEN", "Snack dental perro 7 unidades", 3990, 16, {"brand": "Can Feliz", "category": "Perros"}),
]

BAKERY: list[Row] = [
    ("MARR", "Pan marraqueta", 2290, 40, {"unit": "kg", "category": "Pan"}),
    ("HALL", "Pan hallulla", 2290, 35, {"unit": "kg", "category": "Pan"}),
    ("INTE", "Pan integral", 2890, 12, {"unit": "kg", "category": "Pan"}),
    ("EMP-PI", "Empanada de pino", 2500, 24, {"category": "Empanadas"}),
    ("EMP-QU", "Empanada de queso", 2200, 18, {"category": "Empanadas"}),
    ("TOR-ML", "Torta mil hojas 15 personas", 24990, 2, {"category": "Tortas"}),
    ("TOR-SN", "Torta selva negra 15 personas", 26990, 1, {"category": "Tortas"}),
    ("KUC-MA", "Kuchen de manzana", 9990, 4, {"category": "Kuchen"}),
    ("KUC-NU", "Kuchen de nuez", 11990, 0, {"category": "Kuchen"}),
    ("BERL", "Berlín con crema", 1200, 20, {"category": "Dulces"}),
    ("ALF", "Alfajor de maicena", 800, 50, {"category": "Dulces"}),
    ("CAFE", "Café americano", 1800, None, {"category": "Cafetería"}),
    ("JUGO", "Jugo natural de naranja", 2500, None, {"category": "Cafetería"}),
]

AUTO: list[Row] = [
    ("ACE-5W30", "Aceite motor 5W30 sintético 4 L", 32990, 12, {"brand": "Mobil", "category": "Lubricantes"}),
    ("ACE-10W40", "Aceite motor 10W40 4 L", 24990, 15, {"brand": "Castrol", "category": "Lubricantes"}),
    ("FIL-ACE-01", "Filtro de aceite Toyota Yaris", 5990, 9, {"brand": "Sakura", "category": "Filtros"}),
    ("FIL-AIR-01", "Filtro de aire Toyota Yaris", 8990, 6, {"brand": "Sakura", "category": "Filtros"}),
    ("FIL-ACE-02", "Filtro de aceite Hyundai Accent", 6490, 0, {"brand": "Sakura", "category": "Filtros"}),
    ("PAST-YAR", "Pastillas de freno delanteras Toyota Yaris", 21990, 4, {"brand": "Brembo", "category": "Frenos"}),
    ("PAST-ACC", "Pastillas de freno delanteras Hyundai Accent", 18990, 5, {"brand": "Frasle", "category": "Frenos"}),
    ("BAT-55", "Batería 55 Ah", 64990, 3, {"brand": "Bosch", "category": "Baterías"}),
    ("BAT-70", "Batería 70 Ah", 84990, 1, {"brand": "Bosch", "category": "Baterías"}),
    ("AMP-H4", "Ampolleta H4 12V", 4990, 30, {"brand": "Philips", "category": "Luces"}),
    ("AMP-H7", "Ampolleta H7 12V", 5990, 22, {"brand": "Philips", "category": "Luces"}),
    ("PLU-20", "Plumilla limpiaparabrisas 20 pulgadas", 6990, 10, {"brand": "Bosch", "category": "Accesorios"}),
    ("PLU-24", "Plumilla limpiaparabrisas 24 pulgadas", 7990, 8, {"brand": "Bosch", "category": "Accesorios"}),
    ("REF-4", "Refrigerante verde 4 L", 9990, 14, {"category": "Lubricantes"}),
    ("NEU-14", "Neumático 175/65 R14", 39990, 8, {"brand": "Goodyear", "category": "Neumáticos"}),
    ("NEU-15", "Neumático 195/60 R15", 49990, 2, {"brand": "Goodyear", "category": "Neumáticos"}),
]

MORE_ROWS = {
    "corner": CORNER,
    "boutique": BOUTIQUE,
    "pharmacy": PHARMACY,
    "books": BOOKS,
    "pets": PETS,
    "bakery": BAKERY,
    "auto": AUTO,
}
MORE_NAMES = {
    "corner": "Almacén La Esquina",
    "boutique": "Boutique Andina",
    "pharmacy": "Farmacia del Barrio",
    "books": "Librería Papel y Tinta",
    "pets": "Patitas",
    "bakery": "Panadería El Trigo",
    "auto": "Repuestos Ruta 5",
}
