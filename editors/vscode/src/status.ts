/** What the status bar says of the server: nothing but its name while all is well. */

import * as vscode from "vscode";
import { DOCUMENTS } from "./client";
import type { State } from "./server";

export class Status implements vscode.Disposable {
    private readonly item = vscode.languages.createLanguageStatusItem("flask-lsp", DOCUMENTS);
    private readonly alarm = vscode.window.createStatusBarItem("flask-lsp.alarm", vscode.StatusBarAlignment.Left);

    constructor() {
        this.item.name = "flask-lsp";
        this.alarm.name = "flask-lsp";
        this.alarm.text = "$(error) flask-lsp";
        this.alarm.command = "flask-lsp.showClientLog";
        this.alarm.backgroundColor = new vscode.ThemeColor("statusBarItem.errorBackground");
    }

    show(state: State): void {
        const { item, alarm } = this;
        item.busy = state.kind === "starting";
        item.severity =
            state.kind === "failed" ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
        item.text = state.kind === "running" ? `flask-lsp ${state.version}` : `flask-lsp ${WORDS[state.kind]}`;
        item.detail = state.kind === "running" ? state.launch.what : state.kind === "failed" ? state.reason : "";
        item.command =
            state.kind === "failed"
                ? { title: "Show Log", command: "flask-lsp.showClientLog" }
                : { title: "Routes", command: "flask-lsp.showRoutes" };
        if (state.kind === "failed") {
            alarm.tooltip = state.reason;
            alarm.show();
        } else {
            alarm.hide();
        }
    }

    dispose(): void {
        this.item.dispose();
        this.alarm.dispose();
    }
}

const WORDS = { starting: "is starting", stopped: "is stopped", failed: "cannot run" };
