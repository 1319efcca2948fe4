/** The routes of the workspace, as the server knows them. */

import * as vscode from "vscode";
import type { App, Location, Route, Routes } from "./protocol";
import type { Server, State } from "./server";

const NOTHING: Routes = { complete: false, apps: [] };

/** Keeps the routes that the server told last, and asks again when it says that there are others. */
export class RouteStore implements vscode.Disposable {
    private known = NOTHING;
    private readonly changed = new vscode.EventEmitter<Routes>();
    readonly onDidChange = this.changed.event;

    constructor(private readonly server: Server) {
        server.onDidChangeState((state) => this.follow(state));
    }

    get routes(): Routes {
        return this.known;
    }

    /** The routes as they are now; those that are known where the server does not tell. */
    async refresh(): Promise<Routes> {
        const client = this.server.running;
        try {
            const answer = await client?.sendRequest<Routes>("flask-lsp/routes", { watch: true });
            if (answer !== undefined && client === this.server.running) {
                this.known = answer;
                this.changed.fire(answer);
            }
        } catch {
            // It was stopped meanwhile, or is older than this request.
        }
        return this.known;
    }

    dispose(): void {
        this.changed.dispose();
    }

    private follow(state: State): void {
        if (state.kind === "running") {
            this.server.running?.onNotification("flask-lsp/routesChanged", () => void this.refresh());
            void this.refresh();
        } else if (state.kind === "failed" || state.kind === "stopped") {
            this.known = NOTHING;
            this.changed.fire(NOTHING);
        }
    }
}

export function nameOf(app: App): string {
    return app.name === null ? "unknown application" : `${app.name} (${app.file ?? ""})`;
}

export function methodsOf(route: Route): string {
    return route.methods === null ? "?" : route.methods.join(", ");
}

/** The rule with its host, as somebody would write it. */
export function urlOf(route: Route): string {
    return route.subdomain === null || route.subdomain === "" ? route.rule : `${route.subdomain}.${route.rule}`;
}

export function iconOf(route: Route): vscode.ThemeIcon {
    if (route.view === null && route.endpoint.split(".").at(-1) === "static") {
        return new vscode.ThemeIcon("file");
    }
    const [first, ...others] = route.methods?.filter((method) => !SILENT.has(method)) ?? [];
    const [name, color] = (others.length > 0 ? SEVERAL : ICONS[first ?? ""]) ?? OTHER;
    return new vscode.ThemeIcon(name, new vscode.ThemeColor(color));
}

const SILENT = new Set(["HEAD", "OPTIONS"]);
const SEVERAL: [string, string] = ["arrow-swap", "charts.purple"];
const OTHER: [string, string] = ["circle-outline", "charts.foreground"];
const ICONS: Partial<Record<string, [string, string]>> = {
    GET: ["arrow-down", "charts.blue"],
    POST: ["add", "charts.green"],
    PUT: ["arrow-up", "charts.orange"],
    PATCH: ["edit", "charts.yellow"],
    DELETE: ["trash", "charts.red"],
};

/** Shows a place in its editor. */
export async function reveal(server: Server, location: Location | null): Promise<void> {
    const converter = server.running?.protocol2CodeConverter;
    if (location === null || converter === undefined) {
        return;
    }
    const { uri, range } = converter.asLocation(location);
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(range.start, range.start) });
}
