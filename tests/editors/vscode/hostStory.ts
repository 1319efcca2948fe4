/** The story of a user, beside another Python server on the same files. */

import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { api, apply, assert, codes, fixes, hovers, lineOf, open, root, running, set, until } from "./hostTools";
import { type, untilCode, untilCodes, untilGone, write, type Suite } from "./hostTools";

const ORDERS = "shop/orders.py";
const MODELS = "shop/models.py";
/** After all is fixed, something to go on with. */
const MORE = `from flask import Blueprint, redirect, request, url_for

bp = Blueprint("more", __name__)


@bp.route("/thanks")
def thanks():
    amount = int(request.args.get("amount", "0"))
    return redirect(url_for("index", amount=amount))
`;
const WORK = `from threading import Thread

from flask import Blueprint, current_app

bp = Blueprint("work", __name__)


def send():
    pass


@bp.route("/work")
def start():
    Thread(target=send).start()
    return "started"
`;
const DOCKERFILE = `FROM python:3.13
COPY . .
RUN pip install .
ENV FLASK_DEBUG=1
CMD ["gunicorn", "shop:app"]
`;
const ALL = ["FL408", "FL901", "FL902", "FL905", "FL905"];

export const story: Suite = {
    async "what is wrong is shown when a file is opened"() {
        const document = await open(ORDERS);
        await untilCodes(document.uri, ...ALL);
        assert.equal((await running()).state.kind, "running");
    },

    async "the hover says why, beside that of the other server"() {
        const document = await open(ORDERS);
        const line = lineOf(document, 'int(request.args.get("page"');
        const text = await until("both hovers", async () => {
            const found = await hovers(document.uri, new vscode.Position(line, 12));
            return found.includes("FL905 cast-query-argument") && found.includes("class int") ? found : undefined;
        });
        assert.match(text, /Better:/);
    },

    async "a quick fix, and the file is saved"() {
        const document = await open(ORDERS);
        await apply(document.uri, "FL902", "jsonify");
        await untilGone(document.uri, "FL902");
        assert.ok(await document.save());
        assert.match(fs.readFileSync(document.uri.fsPath, "utf8"), /return jsonify\(/);
    },

    async "fix all"() {
        const document = await open(ORDERS);
        await vscode.commands.executeCommand("flask-lsp.fixAll");
        await until("fixed", () => document.getText().includes("type=int"));
        await until("less to find", () => codes(document.uri).length < ALL.length - 1);
        assert.ok(await document.save());
    },

    async "fix all, when a file is saved"() {
        const document = await open(write("shop/saved.py", MORE));
        await untilCode(document.uri, "FL905");
        for (const kind of ["source.fixAll.flask-lsp", "source.fixAll"]) {
            await onSave(document, kind);
            const editor = await vscode.window.showTextDocument(document);
            await editor.edit((builder) => builder.replace(whole(document), `${MORE}# saved by ${kind}\n`));
            assert.ok(await document.save());
            const saved = fs.readFileSync(document.uri.fsPath, "utf8");
            assert.match(saved, /request\.args\.get\("amount", default=0, type=int\)/, kind);
            assert.ok(saved.endsWith(`# saved by ${kind}\n`));
            await untilGone(document.uri, "FL905");
        }
        await onSave(document, undefined);
        fs.rmSync(document.uri.fsPath);
        await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    },

    async "a circular import, by an edit of several files"() {
        const document = await open(MODELS);
        const found = (await fixes(document.uri, "FL301")).filter(({ title }) => !title.startsWith("Disable"));
        const edit = found.find((each) => (each.edit?.entries().length ?? 0) > 1)?.edit;
        assert.ok(edit, `of one file only: ${found.map(({ title }) => title).join("; ")}`);
        assert.ok(await vscode.workspace.applyEdit(edit));
        await untilGone(document.uri, "FL301");
        assert.ok(await vscode.workspace.saveAll(false));
    },

    async "other findings stay while the text does not parse"() {
        const document = await more();
        const editor = await vscode.window.showTextDocument(document);
        await editor.edit((builder) => builder.insert(new vscode.Position(document.lineCount, 0), "\n\ndef broken(:\n"));
        const before = codes(document.uri);
        assert.ok(before.length > 0);
        await type(editor, document.lineCount - 1, "    x = (");
        await vscode.commands.executeCommand("vscode.executeCodeActionProvider", document.uri, editor.selection);
        assert.deepEqual(codes(document.uri), before);
        await vscode.commands.executeCommand("workbench.action.files.revert");
    },

    async "a finding is silenced by an action"() {
        const document = await more();
        const code = codes(document.uri)[0] ?? "";
        await apply(document.uri, code, `Disable ${code} for this line`);
        await until("a comment", () => document.getText().includes(`# noqa: ${code}`));
        await vscode.commands.executeCommand("workbench.action.files.revert");
    },

    async "settings are taken in while it runs"() {
        const document = await more();
        const code = codes(document.uri)[0] ?? "";
        const before = (await api()).process;
        await set("ignore", [code]);
        await untilGone(document.uri, code);
        await set("ignore", undefined);
        await untilCode(document.uri, code);
        assert.equal((await api()).process, before);
    },

    async "restart, and restarts are queued"() {
        const document = await more();
        const code = codes(document.uri)[0] ?? "";
        const before = (await running()).process;
        const restart = (): Thenable<unknown> => vscode.commands.executeCommand("flask-lsp.restartServer");
        await Promise.all([restart(), restart(), restart()]);
        assert.notEqual((await running()).process, before);
        await untilCode(document.uri, code);
        assert.equal(codes(document.uri).filter((each) => each === code).length, 1);
    },

    async "routes are known, also while they are typed"() {
        const document = await open(ORDERS);
        const editor = await vscode.window.showTextDocument(document);
        const { routes } = await running().then(async (found) => {
            await until("routes", () => found.routes.apps.length > 0);
            return found;
        });
        const rules = routes.apps.flatMap((app) => app.routes.map(({ rule }) => rule));
        assert.ok(rules.includes("/orders/cart/<int:product_id>"), rules.join());
        const line = lineOf(document, '@bp.route("/thanks")');
        await editor.edit((builder) => builder.insert(new vscode.Position(line, 18), "-a-lot"));
        const found = await api();
        await until("the new rule", () =>
            found.routes.apps.some((app) => app.routes.some(({ rule }) => rule === "/orders/thanks-a-lot")),
        );
        await vscode.commands.executeCommand("workbench.action.files.revert");
    },

    async "a rule is explained"() {
        await running();
        const document = await vscode.workspace.openTextDocument(vscode.Uri.parse("flask-lsp-rule:/FL905.md"));
        assert.match(document.getText(), /FL905 cast-query-argument/);
        await vscode.commands.executeCommand("flask-lsp.explainRule", "FL905");
        const titles = (): string[] => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
        await until("the page", () => titles().some((title) => title.includes("FL905")));
        await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    },

    async "200 characters are typed quickly and none is lost"(say) {
        const document = await more();
        const editor = await vscode.window.showTextDocument(document);
        const before = codes(document.uri);
        await editor.edit((builder) => builder.insert(new vscode.Position(document.lineCount, 0), "\n\n"));
        const typed = `@bp.route("/typed")\ndef typed():\n    number = int(request.args.get("number", "0"))\n    name = "${"x".repeat(67)}"\n    return redirect(url_for("more.typed", number=number, name=name))`;
        assert.ok(typed.length >= 200, String(typed.length));
        const begin = Date.now();
        await type(editor, document.lineCount - 1, typed);
        say(`   ${typed.length} characters in ${Date.now() - begin} ms`);
        assert.ok(document.getText().endsWith(typed), document.getText());
        await untilCodes(document.uri, ...before, "FL905");
        await vscode.commands.executeCommand("workbench.action.files.revert");
        await untilCodes(document.uri, ...before);
    },

    async "what follows calls is said when typing pauses"() {
        const document = await open(write("shop/work.py", WORK));
        const editor = await vscode.window.showTextDocument(document);
        await untilCodes(document.uri, "FL304");
        await type(editor, lineOf(document, "    pass"), '; current_app.logger.info("sent")');
        await untilCodes(document.uri, "FL102", "FL304");
        await vscode.commands.executeCommand("workbench.action.files.revert");
        await untilCodes(document.uri, "FL304");
    },

    async "what is deployed is read, by its name or its language"() {
        const document = await open(write("Dockerfile", DOCKERFILE));
        await untilCode(document.uri, "FL503");
        const other = await open(write("uwsgi-shop.ini", "[uwsgi]\nmodule = shop:app\nenv = FLASK_DEBUG=1\n"));
        await untilCode(other.uri, "FL503");
    },

    async "what is deployed is repaired, but not without a look"() {
        const document = await open("Dockerfile");
        await onSave(document, "source.fixAll.flask-lsp");
        await vscode.commands.executeCommand("flask-lsp.fixAll");
        assert.equal(document.getText(), DOCKERFILE);
        await apply(document.uri, "FL503", "Set `FLASK_DEBUG` to `0`");
        await untilGone(document.uri, "FL503");
        assert.ok(await document.save());
        assert.equal(fs.readFileSync(document.uri.fsPath, "utf8"), DOCKERFILE.replace("DEBUG=1", "DEBUG=0"));
        await onSave(document, undefined);
    },

    async "what is asked for help is printed"() {
        await vscode.commands.executeCommand("flask-lsp.printDebugInformation");
        await vscode.commands.executeCommand("flask-lsp.showServerLog");
        await vscode.commands.executeCommand("flask-lsp.showClientLog");
        assert.ok(fs.existsSync(path.join(root(), ORDERS)));
    },
};

/**
 * What VS Code does when a file of that language is saved.
 *
 * Its settings are a document, which starts the extensions for JSON; and where any extension registers code actions
 * while VS Code asks for those of a save, it forgets what it was told. So they are started first.
 */
async function onSave(document: vscode.TextDocument, kind: string | undefined): Promise<void> {
    const forSettings = vscode.extensions.all.filter(({ packageJSON: { activationEvents = [] } }) =>
        ["onLanguage:json", "onLanguage:jsonc"].some((event) => activationEvents.includes(event)),
    );
    await Promise.all(forSettings.map((extension) => extension.activate()));
    const settings = vscode.workspace.getConfiguration("editor", document);
    const value = kind === undefined ? undefined : { [kind]: "explicit" };
    await settings.update("codeActionsOnSave", value, vscode.ConfigurationTarget.Workspace, true);
}

function whole(document: vscode.TextDocument): vscode.Range {
    return new vscode.Range(new vscode.Position(0, 0), document.lineAt(document.lineCount - 1).range.end);
}

async function more(): Promise<vscode.TextDocument> {
    const file = path.join(root(), "shop", "more.py");
    if (!fs.existsSync(file)) {
        fs.writeFileSync(file, MORE);
    }
    const document = await open(file);
    await untilCode(document.uri, "FL905");
    return document;
}
