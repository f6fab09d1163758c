"""What can go wrong before a command can work, in one Spanish sentence each."""

from typing import TYPE_CHECKING

from api.settings import Settings

if TYPE_CHECKING:
    from pydantic import ValidationError


class CommandFailed(Exception):
    """The command ends here; the message is for whoever typed it."""


def load_settings() -> Settings:
    """Raises CommandFailed, naming the variables to correct and never their values."""
    from pydantic import ValidationError

    try:
        return Settings()
    except ValidationError as error:
        raise CommandFailed(_settings_sentence(error)) from None
    except (OSError, UnicodeDecodeError):
        raise CommandFailed("No se puede leer el archivo .env: revisa sus permisos y que sea UTF-8.") from None


def _settings_sentence(error: "ValidationError") -> str:
    faults = [f"{'.'.join(str(part) for part in item['loc']).upper()} ({_fault(item)})" for item in error.errors()]
    return f"Revisa la configuración: {'; '.join(faults)}."


_FAULTS = {
    "int_parsing": "debe ser un número entero",
    "float_parsing": "debe ser un número",
    "greater_than_equal": "debe ser {ge} o más",
    "greater_than": "debe ser mayor que {gt}",
    "less_than_equal": "debe ser {le} o menos",
}


def _fault(item: "object") -> str:
    assert isinstance(item, dict)
    template = _FAULTS.get(item["type"])
    return template.format(**item.get("ctx", {})) if template else str(item["msg"])


def sentence_of(error: BaseException) -> str | None:
    """None for what nobody expected: that is a mistake of ours, and its traceback is wanted."""
    if isinstance(error, CommandFailed):
        return str(error)
    for kind in type(error).__mro__:
        if f"{kind.__module__}.{kind.__name__}" == "data.errors.DatabaseUnavailable":
            return _database_sentence(error)
        if sentence := _SENTENCES.get(f"{kind.__module__}.{kind.__name__}"):
            return sentence.format(error=error)
    return "La base de datos dejó de responder; intenta de nuevo." if _is_outage(error) else None


# By name: importing every class that may have been raised would take longer than most commands.
_SENTENCES = {
    "api.rut.BadRut": "{error}",
    "api.tenants.BadTenant": "{error}",
    "api.terminal.NoAnswer": "El agente no respondió en un minuto; revisa los avisos de arriba.",
    "api.runtime.StorageUnusable": "No se puede escribir en la carpeta {error.folder} ({error.reason}); "
    "elige otra con STORAGE_DIR.",
    "api.runtime.UnsafeSetting": "Revisa la configuración: {error.name} {error.message}.",
    "agent.brains.llm.models.ModelSettingInvalid": "Revisa la configuración: LLM no se puede usar. {error}",
    "data.search.embedding.EmbedderError": "Revisa la configuración: EMBEDDINGS no se puede usar. {error}",
    "data.encryption.BadSecretKey": "Revisa la configuración: SECRET_KEYS lleva claves de 32 bytes en base64, "
    "separadas por comas.",
    "data.encryption.SecretUnreadable": "Un secreto guardado no se puede leer con las claves actuales; "
    "revisa SECRET_KEYS.",
    "data.errors.UnsafeDatabaseRole": "Con este usuario la base de datos no separa a los comercios: "
    "no puede ser dueño de las tablas.",
}


def _is_outage(error: BaseException) -> bool:
    from data.outages import is_outage

    return is_outage(error)


def _database_sentence(error: BaseException) -> str:
    from data.errors import DatabaseUnavailable, Unavailability

    assert isinstance(error, DatabaseUnavailable)
    sentences = {
        Unavailability.BAD_ADDRESS: "DATABASE_URL no es una dirección de PostgreSQL; se escribe "
        "postgresql://usuario:clave@servidor:5432/base.",
        Unavailability.NO_SUCH_HOST: "No existe el servidor de la base de datos ({address}).",
        Unavailability.REFUSED: "El servidor de la base de datos no acepta conexiones ({address}): ¿está encendido?",
        Unavailability.NO_ANSWER: "El servidor de la base de datos no responde ({address}).",
        Unavailability.WRONG_PASSWORD: "La base de datos no acepta ese usuario o clave ({address}).",
        Unavailability.NO_SUCH_DATABASE: "La base de datos no existe ({address}).",
        Unavailability.TOO_OLD: "Caserita necesita PostgreSQL 15 o más nuevo.",
    }
    sentence = sentences.get(error.reason, "No se puede usar la base de datos: {detail}")
    return sentence.format(address=error.address, detail=error)
