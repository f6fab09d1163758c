"""The models that a small Odoo has, and the errors it raises."""

from typing import Any

Row = dict[str, Any]

# Which fields a model has here: of any other it raises, as Odoo does.
FIELDS: dict[str, dict[str, str]] = {
    "res.partner": {
        "name": "char", "vat": "char", "phone": "char", "phone_sanitized": "char", "email": "char", "street": "char",
        "city": "char", "country_id": "many2one", "parent_id": "many2one", "company_id": "many2one",
        "is_company": "boolean", "company_type": "selection", "l10n_latam_identification_type_id": "many2one",
        "l10n_cl_activity_description": "char", "l10n_cl_sii_taxpayer_type": "selection", "write_date": "datetime",
    },
    "res.company": {"name": "char"},
    "res.country": {"name": "char", "code": "char"},
    "l10n_latam.identification.type": {"name": "char", "country_id": "many2one"},
    "res.currency": {"name": "char"},
    "product.category": {"name": "char"},
    "uom.uom": {"name": "char"},
    "product.template": {"name": "char", "image_1920": "binary", "is_published": "boolean"},
    "account.tax": {
        "name": "char", "amount": "float", "amount_type": "selection", "price_include": "boolean",
        "include_base_amount": "boolean",
    },
    "product.attribute": {"name": "char"},
    "product.template.attribute.value": {"name": "char", "attribute_id": "many2one"},
    "product.product": {
        "name": "char", "default_code": "char", "barcode": "char", "lst_price": "float", "currency_id": "many2one",
        "categ_id": "many2one", "taxes_id": "many2many", "sale_ok": "boolean", "active": "boolean",
        "type": "selection", "is_storable": "boolean", "uom_id": "many2one", "product_tmpl_id": "many2one",
        "product_template_attribute_value_ids": "many2many", "description_sale": "text", "free_qty": "float",
        "qty_available": "float", "virtual_available": "float", "standard_price": "float",
        "image_variant_1920": "binary", "write_date": "datetime",
    },
    "product.pricelist.item": {
        "percent_price": "float", "min_quantity": "float", "applied_on": "selection", "product_id": "many2one",
        "product_tmpl_id": "many2one", "categ_id": "many2one", "partner_id": "many2one", "write_date": "datetime",
    },
    "stock.warehouse": {"name": "char", "code": "char"},
    "stock.quant": {"product_id": "many2one", "inventory_quantity": "float", "write_date": "datetime"},
    "sale.order": {
        "name": "char", "state": "selection", "partner_id": "many2one", "client_order_ref": "char", "origin": "char",
        "order_line": "one2many", "amount_total": "monetary", "currency_id": "many2one", "company_id": "many2one",
        "warehouse_id": "many2one", "locked": "boolean", "delivery_status": "selection",
        "invoice_status": "selection", "write_date": "datetime",
    },
    "sale.order.line": {
        "order_id": "many2one", "product_id": "many2one", "product_uom_qty": "float", "price_unit": "float",
        "price_subtotal": "monetary", "price_total": "monetary", "display_type": "selection", "sequence": "integer",
    },
    "mail.message": {
        "model": "char", "res_id": "many2one_reference", "body": "html", "message_type": "selection",
        "subtype_id": "many2one",
    },
    "res.users.apikeys": {"name": "char", "expiration_date": "datetime", "scope": "char"},
}  # fmt: skip
REQUIRED = {"res.partner": ("name",), "sale.order": ("partner_id",), "product.product": ("name",)}
RELATED = {
    "country_id": "res.country", "currency_id": "res.currency", "categ_id": "product.category", "uom_id": "uom.uom",
    "product_tmpl_id": "product.template", "attribute_id": "product.attribute", "partner_id": "res.partner",
    "taxes_id": "account.tax",
    "product_id": "product.product", "order_id": "sale.order",
}  # fmt: skip


class OdooError(Exception):
    """`name` is the class Odoo would raise, `fault` its code in XML-RPC, `status` its status in JSON-2."""

    def __init__(self, name: str, fault: int, status: int, message: str = "no se puede") -> None:
        super().__init__(message)
        self.name, self.fault, self.status, self.message = name, fault, status, message


def user_error(message: str) -> OdooError:
    return OdooError("odoo.exceptions.UserError", 2, 422, message)
