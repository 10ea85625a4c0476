"""The people of the demo, all invented, and what each of them does."""

from dataclasses import dataclass
from typing import Literal

UseCase = Literal["welcome", "cart", "thank-you"]


@dataclass(frozen=True, slots=True)
class Customer:
    """A person, what she does, and what her medium shows."""

    id: str
    first_name: str
    phone: str
    use_case: UseCase
    event: dict[str, object]
    photo: str | None = None

    @property
    def email(self) -> str:
        return f"{self.id}@example.com"


def _welcome(id: str, name: str, phone: str, photo: str) -> Customer:
    return Customer(id, name, phone, "welcome", {"plan": "Starter"}, photo)


def _cart(id: str, name: str, phone: str, product: str, picture: str, price: str) -> Customer:
    event: dict[str, object] = {"product_name": product, "product_image": picture, "price": price}
    return Customer(id, name, phone, "cart", event)


def _thanks(id: str, name: str, phone: str, tier: str, points: int) -> Customer:
    return Customer(id, name, phone, "thank-you", {"tier": tier, "points": points})


LONG_NAME = "Maximiliana Alexandrina Theodora von Hohenfels-Lichtenbergen"  # 60 characters
HOSTILE_NAME = """Bobby "{{Tables}}" <O'Neil>"""

CUSTOMERS: tuple[Customer, ...] = (
    _welcome("cust-emma", "Emma", "+14155550101", "portrait-one.jpg"),
    _welcome("cust-aarav", "आरव", "+919812345601", "portrait-two.jpg"),
    _welcome("cust-layla", "ليلى", "+971501234501", "portrait-three.jpg"),
    _welcome("cust-long", LONG_NAME, "+4915112345601", "portrait-four.jpg"),
    _cart("cust-noah", "Noah", "+14155550102", "Trail Runner 2", "product-sneaker.jpg", "$129.00"),
    _cart("cust-kavya", "கவ்யா", "+919812345602", "Studio Headphones", "product-headphones.jpg", "₹8,999"),
    _cart("cust-quotes", HOSTILE_NAME, "+14155550103", "Field Backpack", "product-backpack.jpg", "$89.50"),
    _cart("cust-sofia", "Sofía", "+34600123401", "Evening Lamp", "product-lamp.jpg", "€64,00"),
    _thanks("cust-omar", "عمر", "+971501234502", "Gold", 12500),
    _thanks("cust-mei", "Mei 🎉", "+6581234501", "Silver", 4200),
    _thanks("cust-diya", "दिया", "+919812345603", "Platinum", 30750),
    _thanks("cust-tamil", "தமிழ்செல்வி", "+919812345604", "Gold", 15900),
)  # fmt: skip
