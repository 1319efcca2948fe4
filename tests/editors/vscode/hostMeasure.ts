/** How long until the first squiggle in a project of 20,000 lines, beside the JSON server of VS Code. */

import * as fs from "node:fs";
import * as vscode from "vscode";
import { api, assert, open, ours, running, type Suite, untilCode, write } from "./hostTools";

/** Milliseconds of processor time from the start of the process to the first squiggle: a busy machine adds none. */
const MOST = 1500;
const TIMES = 5;

export const measure: Suite = {
    async "the first squiggle"(say) {
        const text = vscode.Uri.file(write("broken.json", "{"));
        const json = await first(text, () => open(text.fsPath));
        const document = await open("app/views.py");
        await untilCode(document.uri, "FL905");
        const found = await running();
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
        say(`   flask-lsp ${median(times)} ms (${times.join(", ")}) from the start of its process to the first squiggle,`);
        say(`   of that ${median(work)} ms of work; the JSON server ${json} ms from the opening of its first file`);
        assert.equal(found.state.kind, "running");
        assert.ok(median(work) <= MOST, `${median(work)} ms`);
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
