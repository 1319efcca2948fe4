/** How long until the first squiggle in a project of 20,000 lines, beside the JSON server of VS Code. */

import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { api, assert, open, ours, root, running, type Suite, untilCode, write } from "./hostTools";

/**
 * Milliseconds of processor time to the first squiggle, from the start of the process and from the opening of another
 * file. The times by the clock are printed: a busy machine adds to those.
 */
const MOST = { start: 1500, open: 1000 };
const TIMES = 5;
const WRONG = `from flask import Blueprint, request

bp = Blueprint("NAME", __name__)


@bp.route("/NAME")
def page():
    return str(int(request.args.get("page", 1)))
`;

export const measure: Suite = {
    async "the first squiggle"(say) {
        const text = vscode.Uri.file(write("broken.json", "{"));
        const json = await first(text, () => open(text.fsPath));
        const views = vscode.Uri.file(path.join(root(), "app", "views.py"));
        await first(views, () => open(views.fsPath));
        const found = await running();
        const start = Date.now() - found.startedAt;
        const document = await open(views.fsPath);
        const times: number[] = [];
        const work: number[] = [];
        for (let count = 0; count < TIMES; count++) {
            await vscode.commands.executeCommand("workbench.action.closeAllEditors");
            await vscode.commands.executeCommand("flask-lsp.restartServer");
            await open("app/views.py");
            await untilCode(document.uri, "FL905");
            // The start, by the clock of the extension, to the change of the diagnostics, by ours.
            times.push(await restarted(document.uri));
            work.push(processorTime((await running()).process ?? 0));
        }
        const all = times.join(", ");
        say(`   figure: ${median(times)} ms from the start of the server to the first squiggle, 20,000 lines (${all})`);
        say(`   figure: ${median(work)} ms of that is work of the processor; ${start} ms for the very first start`);
        say(`   figure: ${json} ms from the opening of the first JSON file to a squiggle of VS Code's own server`);
        assert.equal(found.state.kind, "running");
        assert.ok(median(work) <= MOST.start, `${median(work)} ms`);
    },

    async "the first squiggle of another file"(say) {
        const id = (await running()).process ?? 0;
        const times: number[] = [];
        const work: number[] = [];
        for (let count = 0; count < TIMES; count++) {
            const uri = vscode.Uri.file(write(`app/more${count}.py`, WRONG.replaceAll("NAME", `more${count}`)));
            const before = processorTime(id);
            times.push(await first(uri, () => open(uri.fsPath)));
            work.push(processorTime(id) - before);
        }
        const all = times.join(", ");
        say(`   figure: ${median(times)} ms from the opening of another file to its first squiggle (${all})`);
        say(`   figure: ${median(work)} ms of that is work of the processor, at most`);
        assert.ok(median(work) <= MOST.open, `${median(work)} ms`);
    },
};

function median(numbers: number[]): number {
    return numbers.sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Infinity;
}

/** Milliseconds that a process has worked, by the hundredth of a second in which Linux counts. */
function processorTime(id: number): number {
    const numbers = fs.readFileSync(`/proc/${id}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(numbers[11]) + Number(numbers[12])) * 10;
}

/** Milliseconds from the start of the server's process to the first diagnostic of an open document. */
async function restarted(uri: vscode.Uri): Promise<number> {
    const found = await api();
    let gone = false;
    return new Promise((resolve) => {
        const listener = vscode.languages.onDidChangeDiagnostics(() => {
            gone ||= ours(uri).length === 0;
            if (gone && ours(uri).length > 0) {
                listener.dispose();
                resolve(Date.now() - found.startedAt);
            }
        });
        void vscode.commands.executeCommand("flask-lsp.restartServer");
    });
}

/** Milliseconds until a document has a diagnostic. */
async function first(uri: vscode.Uri, begin: () => Promise<unknown>): Promise<number> {
    const start = Date.now();
    const seen = new Promise<void>((resolve) => {
        const listener = vscode.languages.onDidChangeDiagnostics(() => {
            if (vscode.languages.getDiagnostics(uri).length > 0) {
                listener.dispose();
                resolve();
            }
        });
    });
    await begin();
    await seen;
    return Date.now() - start;
}
