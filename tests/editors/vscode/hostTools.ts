/** What the tests in the extension host share. */

import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Api } from "../../../editors/vscode/src/api";
import { until } from "./wait";

export { assert, until };
export type Suite = Record<string, (say: (line: string) => void) => Promise<void>>;

export async function api(): Promise<Api> {
    const extension = vscode.extensions.getExtension<Api>("flask-lsp.flask-lsp");
    assert.ok(extension, "the extension is not installed");
    return extension.activate();
}

export async function running(): Promise<Api> {
    const found = await api();
    await until("the server runs", () => found.state.kind === "running");
    return found;
}

export function root(index = 0): string {
    const folder = vscode.workspace.workspaceFolders?.[index];
    assert.ok(folder);
    return folder.uri.fsPath;
}

export async function open(file: string): Promise<vscode.TextDocument> {
    const document = await vscode.workspace.openTextDocument(path.isAbsolute(file) ? file : path.join(root(), file));
    await vscode.window.showTextDocument(document, { preview: false });
    return document;
}

export function write(file: string, text: string): string {
    const name = path.isAbsolute(file) ? file : path.join(root(), file);
    fs.mkdirSync(path.dirname(name), { recursive: true });
    fs.writeFileSync(name, text);
    return name;
}

export function ours(uri: vscode.Uri): vscode.Diagnostic[] {
    return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "flask-lsp");
}

/** The codes of our diagnostics, sorted. */
export function codes(uri: vscode.Uri): string[] {
    return ours(uri)
        .map(({ code }) => String(typeof code === "object" ? code.value : code))
        .sort();
}

export async function untilCodes(uri: vscode.Uri, ...wanted: string[]): Promise<void> {
    const expected = JSON.stringify(wanted.sort());
    try {
        await until("", () => JSON.stringify(codes(uri)) === expected);
    } catch {
        assert.deepEqual(codes(uri), wanted, uri.toString());
    }
}

export async function untilCode(uri: vscode.Uri, code: string): Promise<vscode.Diagnostic> {
    return until(`${code} in ${uri.path}`, () => ours(uri).find((each) => codeOf(each) === code));
}

export async function untilGone(uri: vscode.Uri, code: string): Promise<void> {
    await until(`no ${code} in ${uri.path}`, () => !codes(uri).includes(code));
}

function codeOf({ code }: vscode.Diagnostic): string {
    return String(typeof code === "object" ? code.value : code);
}

/** The quick fixes for a finding, with their edits. */
export async function fixes(uri: vscode.Uri, code: string): Promise<vscode.CodeAction[]> {
    const { range } = await untilCode(uri, code);
    const kind = vscode.CodeActionKind.QuickFix.value;
    const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        "vscode.executeCodeActionProvider",
        uri,
        range,
        kind,
        50,
    );
    return found.filter(({ edit }) => edit !== undefined);
}

export async function apply(uri: vscode.Uri, code: string, title: string): Promise<void> {
    const found = await fixes(uri, code);
    const action = found.find((each) => each.title.includes(title));
    assert.ok(action?.edit, `no "${title}" in: ${found.map((each) => each.title).join("; ")}`);
    assert.ok(await vscode.workspace.applyEdit(action.edit));
}

export async function hovers(uri: vscode.Uri, position: vscode.Position): Promise<string> {
    const found = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", uri, position);
    return found
        .flatMap(({ contents }) => contents)
        .map((each) => (typeof each === "string" ? each : each.value))
        .join("\n\n");
}

/** Types at the end of a line, key by key, faster than anybody can. */
export async function type(editor: vscode.TextEditor, line: number, text: string): Promise<void> {
    const end = editor.document.lineAt(line).range.end;
    editor.selection = new vscode.Selection(end, end);
    await Promise.all([...text].map((key) => vscode.commands.executeCommand("type", { text: key })));
}

export function lineOf(document: vscode.TextDocument, part: string): number {
    const offset = document.getText().indexOf(part);
    assert.ok(offset >= 0, `${part} is not in ${document.uri.path}`);
    return document.positionAt(offset).line;
}

export async function set(name: string, value: unknown, folder?: vscode.Uri): Promise<void> {
    const target = folder === undefined ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.WorkspaceFolder;
    await vscode.workspace.getConfiguration("flask-lsp", folder ?? null).update(name, value, target);
}
