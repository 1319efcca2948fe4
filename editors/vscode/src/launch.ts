/** The command that starts the server. */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import { firstUsable, type Interpreter, noneUsable, onPath, type Rejected } from "./python";
import type { PythonExtension } from "./pythonExtension";
import { launchSettings } from "./settings";

export interface Launch {
    readonly command: string;
    readonly args: readonly string[];
    /** Where it is started: never in the workspace, whose files Python might take for modules. */
    readonly folder: string;
    /** What runs, in a few words. */
    readonly what: string;
    readonly rejected: readonly Rejected[];
}

/** Why the server cannot be started, for the user. */
export class CannotLaunch extends Error {}

/** Finds what to start; throws `CannotLaunch`. */
export async function launch(extension: vscode.Uri, python: PythonExtension): Promise<Launch> {
    const folder = extension.fsPath;
    const settings = launchSettings();
    if (settings.path !== "") {
        await assertExecutable(settings.path);
        return { command: settings.path, args: ["server"], folder, what: settings.path, rejected: [] };
    }
    const { found, rejected } = await interpreter(settings.interpreter, folder, python);
    const script = path.join(folder, "bundled", "run.py");
    // Isolated: what comes with the extension must not be mixed with what PYTHONPATH or the user's site holds.
    const args = settings.importStrategy === "useBundled" ? ["-I", script] : [script, "--from-environment"];
    const what = `${found.command} (Python ${found.version})`;
    return { command: found.command, args: [...args, "server"], folder, what, rejected };
}

async function interpreter(
    chosen: string,
    folder: string,
    python: PythonExtension,
): Promise<{ found: Interpreter; rejected: Rejected[] }> {
    const commands = chosen === "" ? [...(await chosenInExtension(python)), ...onPath()] : [chosen];
    const { found, rejected } = await firstUsable(commands, folder);
    if (found !== undefined) {
        return { found, rejected };
    }
    throw new CannotLaunch(
        chosen === ""
            ? noneUsable(rejected)
            : `The setting flask-lsp.interpreter cannot be used: ${chosen} ${rejected[0]?.reason ?? ""}. ` +
                  "Python 3.10 or newer is needed.",
    );
}

async function chosenInExtension(python: PythonExtension): Promise<string[]> {
    const folders = vscode.workspace.workspaceFolders ?? [undefined];
    const found = await Promise.all(folders.map((each) => python.interpreter(each?.uri)));
    return found.filter((each) => each !== undefined);
}

async function assertExecutable(file: string): Promise<void> {
    try {
        await fs.access(file, fs.constants.X_OK);
        if ((await fs.stat(file)).isFile()) {
            return;
        }
    } catch {
        // told below
    }
    throw new CannotLaunch(`The setting flask-lsp.path cannot be used: ${file} is no program.`);
}
