/** The settings of this extension, and those that the server asks for. */

import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

export const SECTION = "flask-lsp";

/** The settings that decide which program is started. */
export interface LaunchSettings {
    readonly importStrategy: "useBundled" | "fromEnvironment";
    readonly interpreter: string;
    readonly path: string;
}

const LAUNCH = ["importStrategy", "interpreter", "path"] as const;

export function launchSettings(): LaunchSettings {
    const folder = vscode.workspace.workspaceFolders?.[0];
    const section = vscode.workspace.getConfiguration(SECTION, folder?.uri ?? null);
    return {
        importStrategy: section.get("importStrategy", "useBundled"),
        interpreter: expanded(section.get("interpreter", ""), folder),
        path: expanded(section.get("path", ""), folder),
    };
}

/** Whether a change of the settings is about what is started. */
export function changesLaunch(event: vscode.ConfigurationChangeEvent): boolean {
    return LAUNCH.some((name) => event.affectsConfiguration(`${SECTION}.${name}`));
}

/**
 * What somebody has set of the server's own settings. Defaults are left out: a setting of the editor is stronger than
 * one in pyproject.toml.
 */
export function serverSettings(names: readonly string[], scope: vscode.Uri | undefined): Record<string, unknown> {
    const section = vscode.workspace.getConfiguration(SECTION, scope ?? null);
    const set: Record<string, unknown> = {};
    for (const name of names) {
        const found = section.inspect(name);
        const values = [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue];
        if (values.some((value) => value !== undefined)) {
            set[name] = section.get(name);
        }
    }
    return set;
}

/** The names of the server's settings, as package.json has them from the server. */
export function serverSettingNames(packageJson: unknown): string[] {
    const { contributes } = packageJson as {
        contributes: { configuration: { title: string; properties: Record<string, unknown> }[] };
    };
    const findings = contributes.configuration.find((group) => group.title === "Findings");
    return Object.keys(findings?.properties ?? {}).map((name) => name.slice(SECTION.length + 1));
}

function expanded(value: string, folder: vscode.WorkspaceFolder | undefined): string {
    const text = value
        .trim()
        .replace(/^~(?=$|[/\\])/, os.homedir())
        .replaceAll("${workspaceFolder}", folder?.uri.fsPath ?? "")
        .replace(/\$\{env:(\w+)\}/g, (_, name: string) => process.env[name] ?? "");
    const isRelative = /[/\\]/.test(text) && !path.isAbsolute(text);
    return isRelative && folder !== undefined ? path.join(folder.uri.fsPath, text) : text;
}
