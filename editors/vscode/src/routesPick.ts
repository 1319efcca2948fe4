/** The command "Show Routes": all routes in a list to search, from which one jumps to the view. */

import * as vscode from "vscode";
import type { Route } from "./protocol";
import { iconOf, methodsOf, nameOf, reveal, type RouteStore, urlOf } from "./routes";
import type { Server } from "./server";

type Item = vscode.QuickPickItem & { readonly route?: Route };

export async function pickRoute(server: Server, store: RouteStore): Promise<void> {
    const items = store.refresh().then(({ apps }) =>
        apps.flatMap((app): Item[] => [
            { label: nameOf(app), kind: vscode.QuickPickItemKind.Separator },
            ...app.routes.map(itemOf),
        ]),
    );
    const chosen = await vscode.window.showQuickPick(items, {
        placeHolder: (await items).length > 0 ? "Go to the view of a route" : nothing(server, store),
        matchOnDescription: true,
        matchOnDetail: true,
    });
    await reveal(server, chosen?.route?.view?.location ?? null);
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
