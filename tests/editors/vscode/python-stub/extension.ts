/** The API of the Python extension, as far as others ask for it: the interpreter is the setting of the folder. */

import * as vscode from "vscode";

export function activate(): unknown {
    const changed = new vscode.EventEmitter<unknown>();
    vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("python.defaultInterpreterPath")) {
            changed.fire({});
        }
    });
    const chosen = (folder?: vscode.Uri): string =>
        vscode.workspace.getConfiguration("python", folder ?? null).get("defaultInterpreterPath", "python");
    return {
        environments: {
            getActiveEnvironmentPath: (folder?: vscode.Uri) => ({ path: chosen(folder) }),
            resolveEnvironment: ({ path }: { path: string }) =>
                Promise.resolve({ executable: { uri: vscode.Uri.file(path) } }),
            onDidChangeActiveEnvironmentPath: changed.event,
        },
    };
}
