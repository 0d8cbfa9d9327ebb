"""Every refusal of the two APIs becomes a problem document here, once, in the reader's language."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from core.kernel.errors import CommerceError
from core.kernel.problems import MEDIA_TYPE, problem

_CODES: Final = {
    400: "unreadable",
    401: "login_needed",
    403: "permission_refused",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "wrong_content_type",
    429: "too_many_requests",
}


class ApiProblemMiddleware:
    """Whatever refuses a call to an API outside its operations speaks like the operations do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        if "\0" in request.path_info:
            return of_status(404)
        response = self.get_response(request)
        if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        told = of_status(response.status_code)
        for name in ("Allow", "Retry-After"):
            if name in response.headers:
                told.headers[name] = response.headers[name]
        return told


def of_status(status: int) -> HttpResponse:
    """The problem document of a status about which nothing more is known."""
    if status == 503:
        return problem(503, "unavailable", _("We cannot do this right now. Try again in a moment."))
    if status >= 500:
        return problem(status, "server_error", _("Something went wrong on our side. Try again in a minute."))
    details = {
        401: _("Send a valid API key as a bearer token."),
        404: _("There is nothing at this address."),
        405: _("This address does not take that method."),
        413: _("The request is too large."),
    }
    told = problem(status, _CODES.get(status, "refused"), details.get(status, _("The request was refused.")))
    if status == 401:
        told.headers["WWW-Authenticate"] = "Bearer"
    return told


def map_errors(api: NinjaAPI) -> None:
    """Teach one API how refusals look."""

    @api.exception_handler(CommerceError)
    def refused(request: HttpRequest, refusal: CommerceError) -> HttpResponse:
        return of_refusal(refusal)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [{"field": _field(row["loc"]), "message": message_of(row)} for row in error.errors]
        said = ngettext("One value is not valid.", "%(wrong)d values are not valid.", len(errors))
        return problem(422, "invalid_input", said % {"wrong": len(errors)}, errors)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return of_status(401)

    @api.exception_handler(HttpError)
    def broken(request: HttpRequest, error: HttpError) -> HttpResponse:
        cause = error.__cause__
        if isinstance(cause, CommerceError):
            return of_refusal(cause)
        return of_status(error.status_code)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return of_status(404)

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return of_status(413)


def of_refusal(refusal: CommerceError) -> HttpResponse:
    """The problem document of an anticipated refusal."""
    field = getattr(refusal, "field", "")
    errors = [{"field": field, "message": refusal.message}] if field else None
    # A refusal of many rows knows every wrong field.
    errors = getattr(refusal, "wrong", errors)
    return problem(refusal.http_status, refusal.code, refusal.message, errors)


def message_of(row: Mapping[str, Any]) -> str:
    """What pydantic found wrong with a value, for a person."""
    facts = row.get("ctx") or {}
    for name, say in _MESSAGES.items():
        if row["type"].startswith(name):
            return say(facts)
    return _("Enter a valid value.")


def _field(place: tuple[Any, ...]) -> str:
    """Where a value stands, without the names of our own arguments: `lines.0.sku`."""
    inside = place[2:] if place[0] in ("body", "form", "file") and len(place) > 2 else place[1:]
    return ".".join(str(part) for part in inside)


# The words are Django's own where it has them, so they are translated already.
_MESSAGES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda facts: _("This field is required."),
    "extra_forbidden": lambda facts: _("This field is not known."),
    "int": lambda facts: _("Enter a whole number."),
    "float": lambda facts: _("Enter a number."),
    "decimal": lambda facts: _("Enter a number."),
    "bool": lambda facts: _("Enter true or false."),
    "datetime": lambda facts: _("Enter a valid date/time."),
    "timezone": lambda facts: _("Enter a date and time with its zone."),
    "date": lambda facts: _("Enter a valid date."),
    "string_too_long": lambda facts: _("Use at most %(most)s characters.") % {"most": facts["max_length"]},
    "string_too_short": lambda facts: (
        _("Use at least %(least)s characters.") % {"least": facts["min_length"]}
    ),
    "string_type": lambda facts: _("Enter a text."),
    "string_pattern": lambda facts: _("This text does not have the expected form."),
    "less_than": lambda facts: (
        _("Ensure this value is less than or equal to %(limit_value)s.")
        % {"limit_value": facts.get("le", facts.get("lt"))}
    ),
    "greater_than": lambda facts: (
        _("Ensure this value is greater than or equal to %(limit_value)s.")
        % {"limit_value": facts.get("ge", facts.get("gt"))}
    ),
    "too_long": lambda facts: _("This list has too many entries."),
    "too_short": lambda facts: _("This list has too few entries."),
    "list": lambda facts: _("Enter a list."),
    "enum": lambda facts: _("Choose one of: %(choices)s.") % {"choices": facts.get("expected", "")},
    "literal": lambda facts: _("Choose one of: %(choices)s.") % {"choices": facts.get("expected", "")},
}
