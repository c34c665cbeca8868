"""What resolving a case would come to, decided by the same deciders; nothing is appended."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.cases.case import Case
from ledger.cases.decide import AssignMoney, CaseCommand, CloseCase, decide_case, is_nobodys
from ledger.cases.resolve import assignment, order_wish
from ledger.cases.stamps import CaseStamp
from ledger.order.preview import Preview, preview, preview_of
from web.wiring.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePreview:
    """The stamps of the case, and what becomes of the order if it is about one."""

    stamps: Sequence[CaseStamp]
    order: Preview | None = None


def preview_case(parts: Parts, case: Case, command: CaseCommand) -> CasePreview:
    """Raises whatever carrying it out would refuse, as far as the ledger alone can tell."""
    decided = decide_case(command, case)
    if isinstance(command, CloseCase) or (
        is_nobodys(case) and not isinstance(command, AssignMoney)
    ):
        return CasePreview(stamps=decided)
    if isinstance(command, AssignMoney):
        order = parts.orders.get(command.order)
        drafts = [one for one in assignment(case, order, command).drafts if one.stream == order.id]
        return CasePreview(stamps=decided, order=preview_of(order, drafts, command.at))
    about, wish = order_wish(case, command)
    return CasePreview(stamps=decided, order=preview(parts.orders.get(about), wish))
