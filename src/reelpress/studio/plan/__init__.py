"""Scene and mappings become a plan; a plan and a request's values become what is drawn. Pure."""

from reelpress.studio.plan.compile import compile_plan
from reelpress.studio.plan.mapping import FieldFault, Resolved, positional_values, resolve
from reelpress.studio.plan.model import Mapping, OutputSpec, PartSource, Plan, PlanFault, ResourceFacts

__all__ = [
    "FieldFault",
    "Mapping",
    "OutputSpec",
    "PartSource",
    "Plan",
    "PlanFault",
    "Resolved",
    "ResourceFacts",
    "compile_plan",
    "positional_values",
    "resolve",
]
