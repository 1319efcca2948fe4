/** The command "Fix All": all that can be repaired safely in the file of the active editor. */

import * as vscode from "vscode";
import { DOCUMENTS } from "./client";

const KIND = "source.fixAll.flask-lsp";

/** Offers the command where there is something that the server reads. */
export function offerFixAll(): vscode.Disposable {
    const offer = (editor: vscode.TextEditor | undefined): void => {
        const has = editor !== undefined && vscode.languages.match(DOCUMENTS, editor.document) > 0;
        void vscode.commands.executeCommand("setContext", "flask-lsp.inDocument", has);
    };
    offer(vscode.window.activeTextEditor);
    return vscode.window.onDidChangeActiveTextEditor(offer);
}

export async function fixAll(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined) {
        return;
    }
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[] | undefined>(
        "vscode.executeCodeActionProvider",
        document.uri,
        whole,
        KIND,
        1, // with its edit
    );
    const edit = actions?.find((action) => action.kind?.value === KIND)?.edit;
    if (edit === undefined) {
        vscode.window.setStatusBarMessage("flask-lsp: nothing here can be repaired safely", 5000);
    } else {
        await vscode.workspace.applyEdit(edit);
    }
}
