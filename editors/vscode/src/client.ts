/** The client of one running server. */

import * as vscode from "vscode";
import { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn, vsdiag } from "vscode-languageclient/node";
import type { LanguageClientOptions, ServerCapabilities, StaticFeature } from "vscode-languageclient/node";
import { LANGUAGES, PATTERNS } from "./deploymentFiles";
import type { Launch } from "./launch";
import type { PythonExtension } from "./pythonExtension";
import { SECTION, serverSettings } from "./settings";

export interface Surroundings {
    readonly clientLog: vscode.LogOutputChannel;
    readonly serverLog: vscode.LogOutputChannel;
    readonly python: PythonExtension;
    /** The names of the server's own settings. */
    readonly settingNames: readonly string[];
}

/** A client that never opens a pop-up: what is wrong stands in the status and in the log. */
export class Client extends LanguageClient {
    get process(): number | undefined {
        return this.serverProcess?.pid;
    }

    override error(message: string, data?: unknown): void {
        super.error(message, data, false);
    }

    override warn(message: string, data?: unknown): void {
        super.warn(message, data, false);
    }

    override info(message: string, data?: unknown): void {
        super.info(message, data, false);
    }
}

/** A client that is not started yet. `lost` is called when its server has gone without being told to. */
export function createClient(launch: Launch, around: Surroundings, lost: () => void): Client {
    const options: LanguageClientOptions = {
        documentSelector: DOCUMENTS,
        outputChannel: around.serverLog,
        traceOutputChannel: around.clientLog,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        diagnosticCollectionName: SECTION,
        initializationFailedHandler: () => false,
        errorHandler: {
            error: () => ({ action: ErrorAction.Continue, handled: true }),
            closed: () => {
                lost();
                return { action: CloseAction.DoNotRestart, handled: true };
            },
        },
        middleware: {
            workspace: {
                configuration: async ({ items }) =>
                    Promise.all(items.map((item) => answer(item.section, toUri(item.scopeUri), around))),
            },
            handleDiagnostics: (uri, diagnostics, next) => next(uri, diagnostics.map(withExplanation)),
            provideDiagnostics: async (document, previous, token, next) => {
                const report = await next(document, previous, token);
                if (report?.kind === vsdiag.DocumentDiagnosticReportKind.full) {
                    report.items.forEach(withExplanation);
                }
                return report;
            },
        },
    };
    const executable = {
        command: launch.command,
        args: [...launch.args],
        options: { cwd: launch.folder },
    };
    const client = new Client(SECTION, "flask-lsp", executable, options);
    client.registerFeature(new CommandsOfOurOwn());
    return client;
}

/** Python, and the files that say how a project is deployed: by their paths, or by a language that VS Code knows. */
export const DOCUMENTS = [
    { scheme: "file", language: "python" },
    { scheme: "untitled", language: "python" },
    ...PATTERNS.map((pattern) => ({ scheme: "file", pattern })),
    ...LANGUAGES.map((language) => ({ scheme: "file", language })),
];

/** The command of the server's is ours already, with a list to choose from. */
class CommandsOfOurOwn implements StaticFeature {
    preInitialize(capabilities: ServerCapabilities): void {
        delete capabilities.executeCommandProvider;
    }
    fillClientCapabilities(): void {
        // nothing to say
    }
    initialize(): void {
        // all is done before
    }
    getState(): { kind: "static" } {
        return { kind: "static" };
    }
    clear(): void {
        // nothing is kept
    }
}

async function answer(section: string | undefined, scope: vscode.Uri | undefined, around: Surroundings): Promise<unknown> {
    if (section === SECTION) {
        return serverSettings(around.settingNames, scope);
    }
    if (section === "python") {
        const chosen = await around.python.interpreter(scope);
        const set = vscode.workspace.getConfiguration("python", scope ?? null).get<string>("defaultInterpreterPath");
        return { defaultInterpreterPath: chosen ?? set ?? "" };
    }
    return null;
}

function toUri(uri: string | undefined): vscode.Uri | undefined {
    return uri === undefined ? undefined : vscode.Uri.parse(uri);
}

/** Lets a click on the code of a diagnostic explain its rule. */
function withExplanation(diagnostic: vscode.Diagnostic): vscode.Diagnostic {
    if (typeof diagnostic.code === "string") {
        const argument = encodeURIComponent(JSON.stringify([diagnostic.code]));
        const target = vscode.Uri.parse(`command:flask-lsp.explainRule?${argument}`);
        diagnostic.code = { value: diagnostic.code, target };
    }
    return diagnostic;
}
