/** Folders with names that trip programs up; and two in one window, each with an interpreter of its own. */

import * as path from "node:path";
import * as vscode from "vscode";
import { apply, assert, open, ours, root, running, type Suite, until, untilCode, untilGone, write } from "./hostTools";

/** The finding names the answer of the version that is installed. */
const TESTED = `from flask import Flask, request

app = Flask(__name__)


@app.route("/users", methods=["POST"])
def create():
    data = request.get_json()
    if not data:
        return {"error": "send JSON"}, 400
    return data
`;

export const folders: Suite = {
    async "each folder: findings, a fix, a jump"() {
        const { length } = vscode.workspace.workspaceFolders ?? [];
        assert.ok(length > 2);
        const found = await running();
        for (let index = 0; index < length; index++) {
            const document = await open(path.join(root(index), "shop", "orders.py"));
            await untilCode(document.uri, "FL905");
            await apply(document.uri, "FL902", "jsonify");
            await untilGone(document.uri, "FL902");
            await vscode.commands.executeCommand("workbench.action.files.revert");
        }
        await until("the routes of all", () => found.routes.apps.length >= length);
        for (const app of found.routes.apps) {
            const uri = vscode.Uri.parse(app.location?.uri ?? "", true);
            assert.match((await vscode.workspace.openTextDocument(uri)).getText(), /app = Flask/);
        }
    },

    async "two interpreters in one window"() {
        const names = [0, 1].map((index) => write(path.join(root(index), "users.py"), TESTED));
        for (const [index, answer] of ["400", "415"].entries()) {
            const document = await open(names[index] ?? "");
            const { message } = await untilCode(document.uri, "FL907");
            assert.ok(message.includes(`is answered ${answer}`), `${document.uri.path}: ${message}`);
        }
        const information = await vscode.commands.executeCommand<string>("flask-lsp.printDebugInformation");
        const told = [...information.matchAll(/interpreter of the Python extension: (.*)/g)].map((each) => each[1]);
        assert.notEqual(told[0], told[1], information);
    },

    async "another interpreter is chosen while it runs"() {
        const before = (await running()).process;
        const [first, second] = [0, 1].map((index) => vscode.workspace.workspaceFolders?.[index]?.uri);
        const python = (folder?: vscode.Uri): vscode.WorkspaceConfiguration =>
            vscode.workspace.getConfiguration("python", folder ?? null);
        const chosen = python(second).get("defaultInterpreterPath");
        const target = vscode.ConfigurationTarget.WorkspaceFolder;
        await python(first).update("defaultInterpreterPath", chosen, target);
        const document = await open(path.join(root(0), "users.py"));
        await until("the other answer", () => ours(document.uri).some(({ message }) => message.includes("answered 415")));
        assert.ok(before !== undefined);
    },
};
