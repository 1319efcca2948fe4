/** Files as they come and go, and a server that does. */

import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { api, assert, codes, open, ours, root, running, type Suite, until, untilCode, untilCodes, write } from "./hostTools";

const WRONG = 'from flask import Flask\n\napp = Flask(__name__)\napp.secret_key = "dev"\n';

export const files: Suite = {
    async "an untitled buffer"() {
        const document = await vscode.workspace.openTextDocument({ language: "python", content: WRONG });
        await vscode.window.showTextDocument(document);
        await untilCode(document.uri, "FL402");
    },

    async "documents of git are left alone"() {
        const name = write("of_git.py", WRONG);
        const beside = await open(name);
        await untilCode(beside.uri, "FL402");
        const scheme = vscode.workspace.registerTextDocumentContentProvider("git", {
            provideTextDocumentContent: () => WRONG,
        });
        const uri = vscode.Uri.file(name).with({ scheme: "git", query: JSON.stringify({ path: name, ref: "~" }) });
        const document = await vscode.workspace.openTextDocument(uri);
        await vscode.window.showTextDocument(document);
        const other = await open(write("after_git.py", WRONG));
        await untilCode(other.uri, "FL402");
        assert.equal(document.languageId, "python");
        assert.deepEqual(ours(uri), []);
        scheme.dispose();
    },

    async "a file that is renamed while it is open"() {
        const before = vscode.Uri.file(write("before.py", WRONG));
        const after = vscode.Uri.file(path.join(root(), "after.py"));
        await untilCode((await open(before.fsPath)).uri, "FL402");
        const edit = new vscode.WorkspaceEdit();
        edit.renameFile(before, after);
        assert.ok(await vscode.workspace.applyEdit(edit));
        await untilCode(after, "FL402");
        await until("nothing of the old name", () => ours(before).length === 0);
    },

    async "a file that is deleted while it is open"() {
        const uri = vscode.Uri.file(write("deleted.py", WRONG));
        await untilCode((await open(uri.fsPath)).uri, "FL402");
        fs.rmSync(uri.fsPath);
        await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
        await until("nothing of it", () => ours(uri).length === 0);
    },

    async "300 files at once"(say) {
        const uris = Array.from({ length: 300 }, (_, index) => vscode.Uri.file(write(`many/file${index}.py`, WRONG)));
        const begin = Date.now();
        // Each in a tab of its own: without one, VS Code soon closes all but some fifty. By the command: an editor that
        // is asked for may be covered by the next one before it is there.
        const show = (uri: vscode.Uri) => vscode.commands.executeCommand("vscode.open", uri, { preview: false });
        await Promise.allSettled(uris.map(show)); // of what is opened at once, it may give up some
        const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
        for (const uri of tabs().length < uris.length ? uris : []) {
            await show(uri);
        }
        await until("all tabs", () => tabs().length >= uris.length);
        for (const uri of [uris[0], uris[150], uris[299]].filter((each) => each !== undefined)) {
            await vscode.window.showTextDocument(uri);
            await untilCode(uri, "FL402");
        }
        say(`   300 files in ${Date.now() - begin} ms`);
        assert.equal((await api()).state.kind, "running");
    },

    async "the server is killed in the middle of an edit"() {
        const document = await open(write("killed.py", WRONG));
        const editor = await vscode.window.showTextDocument(document);
        await untilCode(document.uri, "FL402");
        const { process: before } = await running();
        await editor.edit((builder) => builder.insert(new vscode.Position(4, 0), "app.run(debug=True)\n"));
        process.kill(before ?? 0, "SIGKILL");
        await editor.edit((builder) => builder.insert(new vscode.Position(5, 0), "# nothing is lost\n"));
        await until("another server", async () => (await running()).process !== before);
        const known = await untilCodes(document.uri, "FL402", "FL501", "FL801").then(() => codes(document.uri));
        assert.equal(known.length, 3);
        assert.ok(document.getText().endsWith("app.run(debug=True)\n# nothing is lost\n"));
    },

    async "a server that crashes again and again is left alone, and that is said"() {
        await vscode.commands.executeCommand("flask-lsp.restartServer");
        for (let count = 0; count < 4; count++) {
            const { process: before } = await running();
            process.kill(before ?? 0, "SIGKILL");
            const found = await api();
            await until("it notices", () => found.process !== before);
        }
        const found = await api();
        const state = await until("it gives up", () => (found.state.kind === "failed" ? found.state : undefined));
        assert.match(state.reason, /restarted 3 times/);
        await vscode.commands.executeCommand("flask-lsp.restartServer");
        await running();
        await untilCode(vscode.Uri.file(path.join(root(), "killed.py")), "FL402");
    },
};
