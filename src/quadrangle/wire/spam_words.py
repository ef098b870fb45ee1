"""What the server looks for in what authors write, whatever family it comes through. Source: eportfolios.md §6."""

from quadrangle import portfolios
from quadrangle.http.call import Call
from quadrangle.portfolios import Keywords


def keywords_of(call: Call) -> Keywords:
    settings = call.app.settings
    return portfolios.keywords(settings.eportfolio_title_spam_keywords, settings.eportfolio_content_spam_keywords)
