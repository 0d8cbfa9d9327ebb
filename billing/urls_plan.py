"""What a store's people see of its plan and its money with us."""

from django.urls import path

from billing.account import buying, extras, fees, going_on, invoices, overview, papers, support, survey

app_name = "plan"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("choose/", overview.choose, name="choose"),
    path("choose/<slug:code>/", buying.plan, name="plan"),
    path("choose/<slug:code>/card/", buying.by_card, name="by_card"),
    path("choose/<slug:code>/invoice/", buying.by_bill, name="by_bill"),
    path("choose/<slug:code>/change/", buying.change, name="change"),
    path("back/", going_on.back, name="back"),
    path("cancel/", going_on.cancel, name="cancel"),
    path("keep/", going_on.keep, name="keep"),
    path("keep-plan/", going_on.keep_plan, name="keep_plan"),
    path("pause/", going_on.pause, name="pause"),
    path("resume/", going_on.resume, name="resume"),
    path("support/", support.show, name="support"),
    path("support/allow/", support.allow, name="allow_look_in"),
    path("support/take-back/", support.take_back, name="take_back_look_in"),
    path("card/", going_on.card, name="card"),
    path("invoices/", invoices.listed, name="invoices"),
    path("invoices/<uuid:uid>/", invoices.invoice, name="invoice"),
    path("invoices/<uuid:uid>/pay/", invoices.pay, name="pay"),
    path("invoices/<uuid:uid>/paid/", invoices.paid, name="paid"),
    path("invoices/<uuid:uid>/invoice.pdf", papers.invoice, name="invoice_pdf"),
    path("invoices/<uuid:uid>/receipt.pdf", papers.receipt, name="receipt_pdf"),
    path("credit-notes/<uuid:uid>.pdf", papers.credit_note, name="credit_note_pdf"),
    path("fees/", fees.show, name="fees"),
    path("fees/<slug:month>.csv", fees.download, name="fees_csv"),
    path("survey/", survey.answer, name="survey"),
    path("add-ons/", extras.listed, name="add_ons"),
    path("add-ons/<slug:code>/on/", extras.turn_on, name="add_on_on"),
    path("add-ons/<slug:code>/off/", extras.turn_off, name="add_on_off"),
    path("services/", extras.services, name="services"),
    path("services/<slug:code>/order/", extras.order, name="order_service"),
    path("services/orders/<uuid:uid>/cancel/", extras.call_off, name="call_off"),
]
