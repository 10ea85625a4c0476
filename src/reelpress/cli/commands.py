"""All commands in one place: one command a file, thin.

What a command needs is imported when it runs, so that `reelpress --help` answers at once.
"""

import typer

from reelpress.cli import admin, config, demo, render, roles, template, up

app = typer.Typer(
    name="reelpress",
    help="A self-hosted press for personal media: one template in, one video or image per customer out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("api")(roles.api)
app.command("worker")(roles.worker)
app.command("scheduler")(roles.scheduler)
app.command("mailbox")(roles.mailbox)
app.command("config")(config.show)
app.command("render")(render.render)
app.add_typer(template.app, name="template")
app.add_typer(admin.db, name="db")
app.add_typer(admin.workspace, name="workspace")
app.add_typer(admin.client, name="client")
