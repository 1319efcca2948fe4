/** The command "Show Routes": all routes in a list to search, from which one jumps to the view. */

import * as vscode from "vscode";
import type { App, Route } from "./protocol";
import { iconOf, methodsOf, nameOf, reveal, type RouteStore, urlOf } from "./routes";
import type { Server } from "./server";

type Item = vscode.QuickPickItem & { readonly route?: Route };

export async function pickRoute(server: Server, store: RouteStore): Promise<void> {
    // The list opens at once and is filled when the server has told: what is typed meanwhile is not lost.
    const items = store.refresh().then(({ apps }) =>
        apps.length === 0 ? [{ label: nothing(server, store) }] : apps.flatMap(itemsOf),
    );
    const chosen = await vscode.window.showQuickPick<Item>(items, {
        placeHolder: "Go to the view of a route",
        matchOnDescription: true,
        matchOnDetail: true,
    });
    await reveal(server, chosen?.route?.view?.location ?? null);
}

function itemsOf(app: App): Item[] {
    return [{ label: nameOf(app), kind: vscode.QuickPickItemKind.Separator }, ...app.routes.map(itemOf)];
}

function itemOf(route: Route): Item {
    const at = route.view === null ? "" : `${route.view.file}: ${route.view.name}`;
    const description = `${methodsOf(route)}  ${route.endpoint}`;
    return { label: urlOf(route), iconPath: iconOf(route), description, detail: at, route };
}

function nothing(server: Server, store: RouteStore): string {
    if (server.state.kind === "failed") {
        return server.state.reason;
    }
    return store.routes.complete ? "No Flask application was found" : "The files are being read";
}
