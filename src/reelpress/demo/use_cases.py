"""The three use cases: what each template shows, what starts it, what the mail says."""

from dataclasses import dataclass
from pathlib import Path

from reelpress.demo.customers import UseCase

READY_EVENT = "Media Ready"
FAILED_EVENT = "Media Failed"


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that differs between the use cases."""

    use_case: UseCase
    title: str
    output: str
    starts_on: str
    attribute: str
    second_attribute: str
    values: dict[str, str]
    subject: str
    headline: str
    line: str
    button: str

    @property
    def html(self) -> str:
        """The delivery mail: the URL as the `src` of an image and as a link."""
        url = f"{{{{UserAttribute['{self.attribute}']}}}}"
        name = "{{UserAttribute['First Name']}}"
        return _MAIL.format(headline=self.headline, name=name, line=self.line, url=url, button=self.button)


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        use_case="welcome",
        title="Welcome film",
        output="video",
        starts_on="Signed Up",
        attribute="whilter_video_url",
        second_attribute="whilter_video_mp4_url",
        values={"name": "{{UserAttribute['First Name']}}", "photo": "{{UserAttribute['photo_url']}}"},
        subject="{{UserAttribute['First Name']}}, your welcome film is here",
        headline="Welcome to Larkmere",
        line="We made you something. Press play.",
        button="Watch your film",
    ),
    Recipe(
        use_case="cart",
        title="Cart reminder",
        output="image",
        starts_on="Cart Abandoned",
        attribute="cart_image_url",
        second_attribute="cart_image_jpg_url",
        values={
            "name": "{{UserAttribute['First Name']}}",
            "product_name": "{{EventAttribute['product_name']}}",
            "product_image": "{{EventAttribute['product_image']}}",
            "price": "{{EventAttribute['price']}}",
        },
        subject="{{UserAttribute['First Name']}}, it is still yours",
        headline="Your cart is waiting",
        line="We kept it for you, but we cannot keep it for ever.",
        button="See your cart",
    ),
    Recipe(
        use_case="thank-you",
        title="Thank-you film",
        output="video",
        starts_on="Tier Reached",
        attribute="thank_you_video_url",
        second_attribute="thank_you_video_mp4_url",
        values={
            "name": "{{UserAttribute['First Name']}}",
            "tier": "{{EventAttribute['tier']}}",
            "points": "{{EventAttribute['points']}}",
        },
        subject="Thank you, {{UserAttribute['First Name']}}",
        headline="You did it",
        line="A little film, because you are the reason there is a Larkmere.",
        button="Watch your film",
    ),
)

_MAIL = (Path(__file__).parent / "mail.html").read_text(encoding="utf-8")
