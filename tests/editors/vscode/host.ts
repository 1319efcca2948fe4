/** Tests inside the extension host: what the extension does, by the API of VS Code. One suite is run for each window. */

import * as fs from "node:fs";
import * as vscode from "vscode";
import { files } from "./hostFiles";
import { interpreters } from "./hostInterpreters";
import { folders } from "./hostFolders";
import { measure } from "./hostMeasure";
import { story } from "./hostStory";
import type { Suite } from "./hostTools";

const SUITES: Record<string, Suite> = { story, files, folders, interpreters, measure };

export async function run(): Promise<void> {
    const [suite, results] = [process.env["SUITE"] ?? "", process.env["RESULTS"] ?? ""];
    const say = (line: string): void => fs.appendFileSync(results, `${line}\n`);
    let failed = 0;
    say(`VS Code ${vscode.version}, suite ${suite}`);
    for (const [name, test] of Object.entries(SUITES[suite] ?? {})) {
        const begin = Date.now();
        try {
            await Promise.race([test(say), late()]);
            say(`ok ${name} (${Date.now() - begin} ms)`);
        } catch (error) {
            failed++;
            say(`FAILED ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        }
    }
    say(`END ${failed}`);
}

function late(): Promise<never> {
    return new Promise((_, reject) => setTimeout(() => reject(new Error("not done within five minutes")), 300_000));
}
