/** The interpreter that the user chose in the Python extension, if one is there. We do without as well. */

import * as vscode from "vscode";

/** The part of `ms-python.vscode-python-envs` that we use. */
interface EnvironmentsApi {
    getEnvironment(scope: vscode.Uri | undefined): Promise<{ execInfo?: { run?: { executable?: string } } } | undefined>;
    onDidChangeEnvironment?: vscode.Event<unknown>;
}

/** The part of `ms-python.python` that we use. */
interface PythonApi {
    environments?: {
        getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
        resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
        onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
    };
}

const ENVIRONMENTS = "ms-python.vscode-python-envs";
const PYTHON = "ms-python.python";
const PATIENCE = 5_000; // milliseconds for another extension to begin and to answer

export class PythonExtension implements vscode.Disposable {
    private readonly listeners = new Map<string, vscode.Disposable>();
    private readonly changed = new vscode.EventEmitter<void>();
    /** Another interpreter was chosen somewhere. */
    readonly onDidChange = this.changed.event;

    constructor(private readonly log: vscode.LogOutputChannel) {}

    /** The path of the interpreter that is chosen for a folder, or for no folder. */
    async interpreter(folder: vscode.Uri | undefined): Promise<string | undefined> {
        try {
            return await within(PATIENCE, this.ask(folder));
        } catch (error) {
            this.log.warn(`The Python extension does not tell its interpreter: ${String(error)}`);
            return undefined;
        }
    }

    dispose(): void {
        this.changed.dispose();
        for (const listener of this.listeners.values()) {
            listener.dispose();
        }
    }

    private async ask(folder: vscode.Uri | undefined): Promise<string | undefined> {
        const environments = await this.api<EnvironmentsApi>(ENVIRONMENTS);
        if (environments !== undefined) {
            this.listen(ENVIRONMENTS, environments.onDidChangeEnvironment);
            const found = (await environments.getEnvironment(folder))?.execInfo?.run?.executable;
            if (found !== undefined) {
                return found;
            }
        }
        const python = (await this.api<PythonApi>(PYTHON))?.environments;
        if (python === undefined) {
            return undefined;
        }
        this.listen(PYTHON, python.onDidChangeActiveEnvironmentPath);
        const chosen = python.getActiveEnvironmentPath(folder);
        const resolved = await python.resolveEnvironment(chosen);
        // Where it cannot be resolved, the path says at least what was chosen, and the log why it is of no use.
        return resolved?.executable.uri?.fsPath ?? chosen.path;
    }

    private async api<Api>(id: string): Promise<Api | undefined> {
        const extension = vscode.extensions.getExtension<Api | undefined>(id);
        return extension?.isActive === true ? extension.exports : await extension?.activate();
    }

    private listen(id: string, event: vscode.Event<unknown> | undefined): void {
        if (event !== undefined && !this.listeners.has(id)) {
            this.listeners.set(id, event(() => this.changed.fire()));
        }
    }
}

async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error("no answer")), milliseconds);
    });
    try {
        return await Promise.race([work, late]);
    } finally {
        clearTimeout(timer);
    }
}
