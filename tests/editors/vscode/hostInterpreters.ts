/** What can be wrong with the Python that runs the server. The PATH holds nothing but a Python 3.8. */

import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { api, assert, open, root, set, type Suite, until, untilCode, write } from "./hostTools";

const WRONG = 'from flask import Flask\n\napp = Flask(__name__)\napp.secret_key = "dev"\n';
const PYTHON = process.env["PYTHON"] ?? "";
const ON_PATH = process.env["ON_PATH"] ?? "";

export const interpreters: Suite = {
    async "Python 3.8 on the PATH"() {
        await open(write("wrong.py", WRONG));
        assert.match(await failure(), /No Python 3\.10 or newer was found: python3 is Python 3\.8\. .*flask-lsp\.interpreter/);
    },

    async "no Python at all"() {
        fs.rmSync(ON_PATH);
        await vscode.commands.executeCommand("flask-lsp.restartServer");
        assert.match(await failure(), /^No Python 3\.10 or newer was found\. Install one/);
    },

    async "Python 3.8 in the setting"() {
        const old = script("python3.8", 'echo "3.8"');
        await set("interpreter", old);
        assert.match(await failure("3.8"), /flask-lsp\.interpreter cannot be used: .*python3\.8 is Python 3\.8\. Python 3\.10/);
    },

    async "environments that are broken"() {
        const gone = path.join(root(), "gone", "bin", "python");
        fs.mkdirSync(path.dirname(gone), { recursive: true });
        fs.symlinkSync("/nowhere/python3", gone);
        await set("interpreter", gone);
        assert.match(await failure("gone"), /is not found/);
        await set("interpreter", script("fails", "exit 3"));
        assert.match(await failure("fails"), /fails when it is started/);
        await set("interpreter", write("no_program", ""));
        assert.match(await failure("no_program"), /cannot be started \(EACCES\)/);
    },

    async "a path that leads to no server"() {
        await set("interpreter", undefined);
        await set("path", path.join(root(), "nothing"));
        assert.match(await failure("nothing"), /flask-lsp\.path cannot be used: .* is no program/);
        await set("path", script("no-server", "exit 1"));
        assert.match(await failure("restarted"), /restarted 3 times/);
    },

    async "a flask-lsp that is installed elsewhere"() {
        await set("path", process.env["FLASK_LSP"]);
        await untilRuns();
    },

    async "a good interpreter: the bundled server"() {
        await set("path", undefined);
        await set("interpreter", PYTHON);
        const document = await untilRuns();
        assert.ok(document.getText().startsWith("from flask"));
    },

    async "the server of the environment, or else the bundled one"() {
        await set("importStrategy", "fromEnvironment");
        await untilRuns("--from-environment");
        await set("interpreter", process.env["FLASK_LSP_PYTHON"]);
        await untilRuns("--from-environment");
    },
};

/** Waits until the server cannot run, for a reason that holds this; the reason. */
async function failure(part = ""): Promise<string> {
    const found = await api();
    const state = await until(`a failure with ${part}`, () =>
        found.state.kind === "failed" && found.state.reason.includes(part) ? found.state : undefined,
    );
    return state.reason;
}

async function untilRuns(argument = ""): Promise<vscode.TextDocument> {
    const found = await api();
    await until(`it runs ${argument}`, () =>
        found.state.kind === "running" && (argument === "" || found.state.launch.args.includes(argument)),
    );
    const document = await open("wrong.py");
    await untilCode(document.uri, "FL402");
    return document;
}

function script(name: string, line: string): string {
    const file = write(name, `#!/bin/sh\n${line}\n`);
    fs.chmodSync(file, 0o755);
    return file;
}
