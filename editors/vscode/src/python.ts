/** Which Python can run the server. */

import { execFile } from "node:child_process";
import * as path from "node:path";

/** The oldest Python that runs the server. */
export const OLDEST: readonly [number, number] = [3, 10];

const PATIENCE = 30_000; // milliseconds that an interpreter may take to say its version
const NEWEST_TRIED = 15;

export interface Interpreter {
    readonly command: string;
    /** As `3.12`. */
    readonly version: string;
}

/** Why an interpreter is not used. */
export interface Rejected {
    readonly command: string;
    readonly reason: string;
}

export type Tried = Interpreter | Rejected;

export function isUsable(tried: Tried): tried is Interpreter {
    return "version" in tried;
}

/** The names by which a Python is found on the PATH, the likeliest first. */
export function onPath(): string[] {
    const numbered: string[] = [];
    for (let minor = NEWEST_TRIED; minor >= OLDEST[1]; minor--) {
        numbered.push(`python3.${minor}`);
    }
    return process.platform === "win32" ? ["python", "py", "python3"] : ["python3", "python", ...numbered];
}

/**
 * Asks an interpreter for its version. It is started outside of the workspace and reads no variables, so that nothing
 * of the user's code can run.
 */
export function tryInterpreter(command: string, folder: string): Promise<Tried> {
    const script = "import sys; print('%d.%d' % sys.version_info[:2])";
    return new Promise((resolve) => {
        const options = { cwd: folder, timeout: PATIENCE, windowsHide: true };
        execFile(command, ["-E", "-s", "-c", script], options, (error, output) => {
            const version = /^(\d+)\.(\d+)\s*$/.exec(output);
            if (version === null) {
                resolve({ command, reason: error === null ? "does not tell its version" : failure(error) });
            } else if (isNewEnough(Number(version[1]), Number(version[2]))) {
                resolve({ command, version: output.trim() });
            } else {
                resolve({ command, reason: `is Python ${output.trim()}` });
            }
        });
    });
}

/** The first that can run the server, and those before it that cannot. */
export async function firstUsable(
    commands: Iterable<string>,
    folder: string,
): Promise<{ found: Interpreter | undefined; rejected: Rejected[] }> {
    const rejected: Rejected[] = [];
    for (const command of new Set(commands)) {
        const tried = await tryInterpreter(command, folder);
        if (isUsable(tried)) {
            return { found: tried, rejected };
        }
        rejected.push(tried);
    }
    return { found: undefined, rejected };
}

/** What to tell where no Python can be used. */
export function noneUsable(rejected: readonly Rejected[]): string {
    const wanted = `Python ${OLDEST.join(".")} or newer`;
    // What is simply not on the PATH is no news.
    const known = rejected.filter((each) => path.isAbsolute(each.command) || each.reason !== NOT_FOUND);
    const reasons = known.map((each) => `${each.command} ${each.reason}`).join("; ");
    const begin = reasons === "" ? `No ${wanted} was found.` : `No ${wanted} was found: ${reasons}.`;
    return `${begin} Install one, or name it in the setting flask-lsp.interpreter.`;
}

const NOT_FOUND = "is not found";

function isNewEnough(major: number, minor: number): boolean {
    return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function failure(error: Error & { code?: number | string | null; killed?: boolean }): string {
    if (error.code === "ENOENT") {
        return NOT_FOUND;
    }
    if (error.killed === true) {
        return `does not answer within ${PATIENCE / 1000} seconds`;
    }
    return typeof error.code === "string" ? `cannot be started (${error.code})` : "fails when it is started";
}
