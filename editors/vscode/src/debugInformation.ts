/** All that somebody needs who is asked for help: of the machine, the server and the settings. */

import * as os from "node:os";
import * as vscode from "vscode";
import type { Surroundings } from "./client";
import type { Server, State } from "./server";
import { launchSettings, serverSettings } from "./settings";

export async function debugInformation(
    extension: vscode.Extension<unknown>,
    server: Server,
    around: Surroundings,
): Promise<string> {
    const { version } = extension.packageJSON as { version: string };
    const lines = [
        `Extension: ${version}`,
        `Editor: ${vscode.env.appName} ${vscode.version}${vscode.env.remoteName === undefined ? "" : `, remote: ${vscode.env.remoteName}`}`,
        `Machine: ${os.platform()} ${os.release()} ${os.arch()}`,
        `Workspace: ${vscode.workspace.isTrusted ? "trusted" : "not trusted"}`,
        ...describe(server.state),
        `Settings of the start: ${JSON.stringify(launchSettings())}`,
    ];
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
        const interpreter = await around.python.interpreter(folder.uri);
        const settings = JSON.stringify(serverSettings(around.settingNames, folder.uri));
        lines.push(`Folder: ${folder.uri.toString(true)}`);
        lines.push(`    interpreter of the Python extension: ${interpreter ?? "none"}`, `    settings: ${settings}`);
    }
    return lines.join("\n");
}

function describe(state: State): string[] {
    switch (state.kind) {
        case "running":
            return [
                `Server: ${state.version}, running`,
                `    started as: ${[state.launch.command, ...state.launch.args].join(" ")}`,
                `    by: ${state.launch.what}`,
                ...state.launch.rejected.map(({ command, reason }) => `    not used: ${command} ${reason}`),
            ];
        case "failed":
            return [`Server: ${state.reason}`];
        default:
            return [`Server: ${state.kind}`];
    }
}
