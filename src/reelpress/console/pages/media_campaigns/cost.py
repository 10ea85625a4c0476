"""What one customer of the draft costs, on the campaign's page: shares, spans, layers, advice."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request, Response
from markupsafe import Markup, escape

from reelpress.console.access import Viewer
from reelpress.console.pages.media_campaigns.frame import HOME, frame_of, refusal_faults, show
from reelpress.console.pages.media_campaigns.timeline import Bar, bar_of
from reelpress.console.route import PageRoute
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep
from reelpress.studio.campaigns.drafts import Draft, cost_of, draft_of
from reelpress.studio.overview.segments import segment_numbers
from reelpress.studio.plan.advice import Advice
from reelpress.studio.plan.cost import CostReport
from reelpress.studio.plan.prices import SpanCost

KINDS = {
    "shared": ("Shared", "rendered once for everyone"),
    "band": ("Bands", "some rows are each customer's own"),
    "full": ("Whole frames", "each customer's own"),
}

router = APIRouter(prefix=HOME, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Panel:
    """A report with where its spans stand on the time line, and the advice as markup."""

    report: CostReport
    spans: tuple[tuple[SpanCost, Bar], ...]
    advice: tuple[Markup, ...]

    @classmethod
    def of(cls, draft: Draft, report: CostReport) -> Panel:
        bars = ((span, bar_of(draft.plan, span.first, span.last)) for span in report.spans)
        return cls(report, tuple(bars), tuple(map(advised, report.advice)))

    @property
    def straight_ratio(self) -> float:
        """How many times more rendering straight would cost."""
        return self.report.straight_cpu_s / self.report.cpu_s if self.report.cpu_s else 0.0

    @property
    def kinds(self) -> list[str]:
        present = {span.kind for span in self.report.spans}
        return [kind for kind in KINDS if kind in present]


@router.get("/{campaign_id}/cost")
async def show_cost(
    request: Request, platform: PlatformDep, principal: Viewer, campaign_id: UUID
) -> Response:
    """The panel by itself for the dashboard, or as a page of its own."""
    frame = await frame_of(platform, principal, campaign_id)
    faults, panel, still = [], None, False
    try:
        if frame.campaign.draft.parts:
            draft = await draft_of(platform, principal.workspace_id, campaign_id)
            still = draft.plan.output.kind == "image"
            panel = None if still else Panel.of(draft, await cost_of(draft))
    except Refusal as refusal:
        faults = refusal_faults(refusal, frame)
    async with platform.db.connection() as conn:
        segments = await segment_numbers(conn, principal.workspace_id, campaign_id)
    quick = bool(request.headers.get("hx-request"))
    template = "media_campaigns/cost.html" if quick else "media_campaigns/cost_page.html"
    shown = {"panel": panel, "faults": faults, "still": still, "segments": segments, "kinds": KINDS}
    return show(request, template, principal, frame, "config", **shown)


def advised(advice: Advice) -> Markup:
    """An advice's sentence with its layers' names, which it stars, set apart."""
    text = escape(advice.text[:1].upper() + advice.text[1:])
    for layer in advice.layers:
        text = text.replace(f"*{layer}*", Markup("<strong><bdi>{}</bdi></strong>").format(layer))
    return text
