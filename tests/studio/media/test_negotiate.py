"""One URL, right everywhere: real header sets of real clients."""

import pytest

from reelpress.studio.media.negotiate import Asker, Kind, Variant, choose

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
FIREFOX_128 = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
FIREFOX_115 = "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"
FIREFOX_78 = "Mozilla/5.0 (X11; Linux x86_64; rv:78.0) Gecko/20100101 Firefox/78.0"
SAFARI_17 = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
SAFARI_15 = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/15.6 Safari/605.1.15"
)
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.2.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
OUTLOOK = "Mozilla/4.0 (compatible; ms-office; MSOffice rmj)"
OUTLOOK_OLD = (
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/7.0; "
    "Microsoft Outlook 16.0.5134)"
)
FACEBOOK = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"

CHROME_PAGE = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
CHROME_IMAGE = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
FIREFOX_PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
FIREFOX_78_PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
FIREFOX_66_PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FIREFOX_VIDEO = "video/webm,video/ogg,video/*;q=0.9,application/ogg;q=0.7,audio/*;q=0.6,*/*;q=0.5"
FIREFOX_128_IMAGE = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
SAFARI_PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SAFARI_15_IMAGE = "image/webp,image/avif,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
SAFARI_13_IMAGE = "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"

PAGE, MP4, WEBP, GIF, JPEG = Variant.PAGE, Variant.MP4, Variant.WEBP, Variant.GIF, Variant.JPEG

CLIENTS = {
    "Chrome, address bar": (Asker(CHROME_PAGE, "document", CHROME), PAGE),
    "Chrome, iframe": (Asker(CHROME_PAGE, "iframe", CHROME), PAGE),
    "Chrome, img": (Asker(CHROME_IMAGE, "image", CHROME), WEBP),
    "Chrome, video": (Asker("*/*", "video", CHROME), MP4),
    "Chrome, fetch()": (Asker("*/*", "empty", CHROME), MP4),
    "Chrome, img without https (no Sec-Fetch)": (Asker(CHROME_IMAGE, "", CHROME), WEBP),
    "Chrome, address bar without https": (Asker(CHROME_PAGE, "", CHROME), PAGE),
    "Chrome, video without https": (Asker("*/*", "", CHROME), MP4),
    "Firefox 128, address bar": (Asker(FIREFOX_PAGE, "document", FIREFOX_128), PAGE),
    "Firefox 128, img": (Asker(FIREFOX_128_IMAGE, "image", FIREFOX_128), WEBP),
    "Firefox 115, address bar": (Asker(FIREFOX_PAGE, "document", FIREFOX_115), PAGE),
    "Firefox 115, img": (Asker("image/avif,image/webp,*/*", "image", FIREFOX_115), WEBP),
    "Firefox 115, video": (Asker(FIREFOX_VIDEO, "video", FIREFOX_115), MP4),
    "Firefox 78, address bar": (Asker(FIREFOX_78_PAGE, "", FIREFOX_78), PAGE),
    "Firefox 66 to 71, address bar": (Asker(FIREFOX_66_PAGE, "", FIREFOX_78), PAGE),
    "Firefox 78, img": (Asker("image/webp,*/*", "", FIREFOX_78), WEBP),
    "Firefox 78, video": (Asker(FIREFOX_VIDEO, "", FIREFOX_78), MP4),
    "Safari 17, address bar": (Asker(SAFARI_PAGE, "document", SAFARI_17), PAGE),
    "Safari 17, img": (Asker(SAFARI_15_IMAGE, "image", SAFARI_17), WEBP),
    "Safari 17, video": (Asker("*/*", "video", SAFARI_17), MP4),
    "Safari 15, address bar": (Asker(SAFARI_PAGE, "", SAFARI_15), PAGE),
    "Safari 15, img lists video too": (Asker(SAFARI_15_IMAGE, "", SAFARI_15), WEBP),
    "Safari 13, img without WebP": (Asker(SAFARI_13_IMAGE, "", SAFARI_15), GIF),
    "Safari 15, video": (Asker("*/*", "", SAFARI_15), MP4),
    "Thunderbird": (Asker(FIREFOX_128_IMAGE, "image", THUNDERBIRD), WEBP),
    "Gmail": (Asker("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "", GMAIL), GIF),
    "Gmail, anything": (Asker("*/*", "", GMAIL), GIF),
    "Yahoo Mail": (Asker("*/*", "", YAHOO), GIF),
    "Outlook": (Asker("*/*", "", OUTLOOK), GIF),
    "Outlook with Internet Explorer's engine": (Asker("*/*", "", OUTLOOK_OLD), GIF),
    "Apple Mail's proxy": (Asker("*/*", "", "Mozilla/5.0"), GIF),
    "Facebook": (Asker("*/*", "", FACEBOOK), PAGE),
    "WhatsApp preview": (Asker("*/*", "", "WhatsApp/2.24.20.89 A"), PAGE),
    "X": (Asker("*/*", "", "Twitterbot/1.0"), PAGE),
    "Slack": (Asker("*/*", "", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"), PAGE),
    "Slack's image proxy": (Asker("*/*", "", "Slack-ImgProxy (+https://api.slack.com/robots)"), GIF),
    "Telegram": (Asker("*/*", "", "TelegramBot (like TwitterBot)"), PAGE),
    "LinkedIn": (
        Asker("*/*", "", "LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)"),
        PAGE,
    ),
    "Discord": (Asker("*/*", "", "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"), PAGE),
    "Google": (
        Asker("*/*", "", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        PAGE,
    ),
    "curl": (Asker("*/*", "", "curl/8.9.1"), MP4),
    "no headers at all": (Asker(), MP4),
    "asks for JSON": (Asker("application/json", "", "python-requests/2.32"), MP4),
    "refuses WebP by weight": (Asker("image/webp;q=0, image/*", "", "curl/8.9.1"), GIF),
}


@pytest.mark.parametrize(("asker", "expected"), CLIENTS.values(), ids=CLIENTS.keys())
def test_each_client_gets_what_it_can_show(asker: Asker, expected: Variant) -> None:
    assert choose(Kind.VIDEO, asker) is expected


@pytest.mark.parametrize(("asker", "for_video"), CLIENTS.values(), ids=CLIENTS.keys())
def test_an_image_campaign_shows_its_picture_or_its_page(asker: Asker, for_video: Variant) -> None:
    assert choose(Kind.IMAGE, asker) is (PAGE if for_video is PAGE else JPEG)
