"""What is answered where no view could: a problem to callers of the API, a page to people."""

from django.http import HttpRequest, HttpResponseBase
from django.views import defaults

from booking.api.problems import problem_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a request that was refused before any view, such as one for a host that is not ours."""
    return problem_response("malformed") if _is_for_api(request) else defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer where we failed."""
    return problem_response("error") if _is_for_api(request) else defaults.server_error(request)


def _is_for_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
