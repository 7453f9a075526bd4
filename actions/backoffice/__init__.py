"""The back office: one client a system, all behind one door (`http.Door`), with one tree of errors (`errors`).

    systems = Systems.from_settings(settings)        # one for the process, thread-safe; calls nothing
    with deadline(10):                                # every call inside keeps to it
        systems.places.by_postcode("AZ1 2BB")

The clients are attributes of `Systems`: pay, notify, open311, repairs, waste, places, postcodes, revenues, calendar.
Every function raises from the tree, unless it says otherwise: a failed read is Retryable, a "no" is Final (NotFound
for what is not there), and a write marked (W) that was sent and not clearly answered is OutcomeUnknown. A (W) is not
begun with less than 2 s left (Retryable), and no (W) that may have arrived is sent again.

pay         create(amount_pence, reference, description, return_url, metadata=None, *, idempotency_key=None)
            -> Payment (W)
            get(payment_id) -> Payment; search(reference) -> list[Payment], newest first; cancel(payment_id) -> None (W)
            Payment(id, status, finished, code|None, next_url|None, reference, amount, created); .paid
notify      text(phone, template, personalisation, reference) -> id (W); email(address, ...) -> id (W)
            template: its name in Notify ("repair_booked") or its id; find(reference) -> id|None
            received() -> list[ReceivedText(phone, text, at)], of the last 7 days
            get(notification_id) -> Notification(id, kind, status, reference|None, to, body)
open311     services() -> list[Service(code, name, description, group, keywords, has_attributes)]
            definition(code) -> list[Attribute(code, question, hint, datatype, required, order, asked, automated,
            values: ((key, name), ...))]; ask only those with `asked` and not `automated`
            report(service_code, description, *, our_ref, lat=None, lng=None, address=None, uprn=None, attributes=None,
            media_urls=(), contact=None) -> reference, or a token that `request` takes too (W)
            find(service_code, our_ref, since) -> reference|None; reference_of(token) -> reference|None
            request(reference) -> ServiceRequest|None; nearby(service_code, lat, lng, metres, since)
            -> list[NearbyRequest(request, metres)], open ones, nearest first
            updates(since) -> list[ReportUpdate(id, reference, status, description, updated)]; .is_ours
            update(reference, status, description, our_ref) -> id (W)
            ServiceRequest(id, status, status_notes|None, service_code, service_name, description, requested,
            updated|None, expected|None, address|None, lat|None, lng|None, notice|None); .is_open
repairs     kind: "tenant" | "leasehold" | "communal"
            addresses(kind, postcode) -> list[Property(location_id, line, postcode)]
            triage(kind) -> list[Option(value, display, options, exit|None)]; exit: emergency | not_eligible |
            unable_to_book | contact_us
            slots(kind, room, problem, issue, location_id, from_date=None) -> list[Slot(start, end)]; .display
            room, problem, issue: the options' values, issue "" for none; [] means "we could not get times"
            book(kind, RepairRequest(property, room, problem, issue|None, description, phone, contact_kind, contact,
            slot=None, photo=None, photo_kind=None)) -> Booked(id, days_for_repair|None) (W, never repeat)
            get(postcode, repair_id) -> Repair(id, postcode, property, room|None, problem|None, issue|None, slot|None,
            contact_kind, contact, kind, cancelled|None)|None; a cancelled repair is usually None
            change(postcode, repair_id, slot) -> None, cancel(postcode, repair_id) -> None (W, both repeatable)
waste       next_collections(uprn, postcode) -> list[Collection(bin, next_date)], one a bin, soonest first
            collections(uprn, postcode) -> the same for every date that is known
            services(uprn) -> list[BinService(id, name, bin, frequency, last_date|None, last_event: Event|None,
            next_date|None, usual_date|None, change_reason|None, round_late_until|None, report_open|None, assisted)]
            Event(type, logged, general): `general` is about the round, not this home
places      by_postcode(postcode) -> list[Address(uprn, line, postcode, usrn, lat, lng, residential)], [] for none
            nearest(lat, lng) -> Address|None; find(text, near=None) -> list[Address], near: (lat, lng)
postcodes   lookup(postcode) -> District(name, gss, lat|None, lng|None)|None
revenues    account(reference) -> Account(reference, fund, balance_pence, next_instalment: Instalment(date, pence)|None,
            payment_method|None, postcode, phone|None)|None
calendar    bank_holidays() -> list[BankHoliday(date, title, notes)]; never raises from the tree: a copy stands in

Kept in memory: places.by_postcode and bank holidays 24 h; triage, Open311's services and definitions, and Notify's
list of templates 1 h.
"""
