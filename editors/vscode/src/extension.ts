/** The extension: puts the parts together. */

import * as vscode from "vscode";
import type { Api } from "./api";
import type { Surroundings } from "./client";
import { debugInformation } from "./debugInformation";
import { fixAll, offerFixAll } from "./fixAll";
import { PythonExtension } from "./pythonExtension";
import { RouteStore } from "./routes";
import { pickRoute } from "./routesPick";
import { RoutesView } from "./routesView";
import { registerRules } from "./rules";
import { Server } from "./server";
import { changesLaunch, serverSettingNames } from "./settings";
import { Status } from "./status";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): Api {
    const clientLog = vscode.window.createOutputChannel("flask-lsp", { log: true });
    const serverLog = vscode.window.createOutputChannel("flask-lsp Server", { log: true });
    const python = new PythonExtension(clientLog);
    const settingNames = serverSettingNames(context.extension.packageJSON);
    const around: Surroundings = { clientLog, serverLog, python, settingNames };
    const running = (server = new Server(context.extensionUri, around));
    const status = new Status();
    const store = new RouteStore(running);
    const view = new RoutesView(running, store);
    const restartIfOther = (): void => void running.restartIfOther();
    context.subscriptions.push(
        clientLog,
        serverLog,
        python,
        running,
        status,
        store,
        view,
        running.onDidChangeState((state) => status.show(state)),
        python.onDidChange(restartIfOther),
        vscode.extensions.onDidChange(restartIfOther),
        vscode.workspace.onDidGrantWorkspaceTrust(restartIfOther),
        vscode.workspace.onDidChangeConfiguration((event) => {
            if (changesLaunch(event) || event.affectsConfiguration("python.defaultInterpreterPath")) {
                restartIfOther();
            }
        }),
        ...registerRules(running),
        offerFixAll(),
        command("fixAll", fixAll),
        command("showRoutes", () => pickRoute(running, store)),
        command("restartServer", () => running.restart()),
        command("showClientLog", () => clientLog.show()),
        command("showServerLog", () => serverLog.show()),
        command("printDebugInformation", async () => {
            const information = await debugInformation(context.extension, running, around);
            clientLog.info(`Debug information\n${information}`);
            clientLog.show();
            return information;
        }),
    );
    void running.restart();
    return {
        get state() {
            return running.state;
        },
        get routes() {
            return store.routes;
        },
        get process() {
            return running.process;
        },
        get startedAt() {
            return running.startedAt;
        },
    };
}

export async function deactivate(): Promise<void> {
    await server?.stop();
}

function command(name: string, run: () => unknown): vscode.Disposable {
    return vscode.commands.registerCommand(`flask-lsp.${name}`, run);
}
