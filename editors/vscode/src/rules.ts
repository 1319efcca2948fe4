/** The command "Explain Rule": the documentation of a rule beside the code. */

import * as vscode from "vscode";
import type { Rule } from "./protocol";
import type { Server } from "./server";
import { SECTION } from "./settings";

const SCHEME = "flask-lsp-rule";

export class Rules implements vscode.TextDocumentContentProvider {
    constructor(private readonly server: Server) {}

    /** Explains a rule by its code, or lets the user choose: what stands at the cursor comes first. */
    async explain(code?: unknown): Promise<void> {
        const chosen = typeof code === "string" ? code : await this.choose();
        if (chosen === undefined) {
            return;
        }
        const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${chosen}.md` });
        try {
            await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
        } catch {
            await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
        }
    }

    async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
        const code = uri.path.slice(1).replace(/\.md$/, "");
        const client = this.server.running;
        if (client === undefined) {
            return "The server does not run.";
        }
        const params = { command: "flask-lsp.explainRule", arguments: [code] };
        try {
            return await client.sendRequest<string>("workspace/executeCommand", params);
        } catch {
            return `There is no rule ${code}.`;
        }
    }

    private async choose(): Promise<string | undefined> {
        const here = codesAtCursor();
        const items = this.rules().then((rules) =>
            rules
                .map(({ code, name, title }) => ({ label: code, description: name, detail: title }))
                .sort((one, other) => Number(here.has(other.label)) - Number(here.has(one.label))),
        );
        const options = { placeHolder: "Explain a rule", matchOnDescription: true, matchOnDetail: true };
        return (await vscode.window.showQuickPick(items, options))?.label;
    }

    private async rules(): Promise<Rule[]> {
        try {
            return (await this.server.running?.sendRequest<Rule[]>("flask-lsp/rules")) ?? [];
        } catch {
            return [];
        }
    }
}

export function registerRules(server: Server): vscode.Disposable[] {
    const rules = new Rules(server);
    return [
        vscode.workspace.registerTextDocumentContentProvider(SCHEME, rules),
        vscode.commands.registerCommand("flask-lsp.explainRule", (code?: unknown) => rules.explain(code)),
    ];
}

function codesAtCursor(): Set<string> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
        return new Set();
    }
    const line = editor.selection.active.line;
    const here = vscode.languages
        .getDiagnostics(editor.document.uri)
        .filter(({ source, range }) => source === SECTION && range.start.line <= line && line <= range.end.line);
    return new Set(here.map(({ code }) => String(typeof code === "object" ? code.value : code)));
}
