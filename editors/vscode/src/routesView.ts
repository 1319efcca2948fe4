/** The view "Flask Routes": application, blueprint, route. */

import * as vscode from "vscode";
import type { App, Location, Route, Routes } from "./protocol";
import { iconOf, methodsOf, nameOf, reveal, type RouteStore, urlOf } from "./routes";
import type { Server } from "./server";

/** An application, a blueprint, a route, or a reason why there may be more routes. */
interface Node {
    /** The same for the same thing, so that what is open stays open. */
    readonly id: string;
    readonly label: string;
    readonly description: string;
    readonly tooltip: string;
    readonly icon: vscode.ThemeIcon;
    readonly location: Location | null;
    readonly url?: string;
    readonly children: Node[];
}

export class RoutesView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
    private readonly changed = new vscode.EventEmitter<undefined>();
    readonly onDidChangeTreeData = this.changed.event;
    private roots: Node[] = [];
    private readonly disposables: { dispose(): unknown }[];

    constructor(server: Server, store: RouteStore) {
        this.disposables = [
            this.changed,
            vscode.window.createTreeView("flask-lsp.routes", { treeDataProvider: this, showCollapseAll: true }),
            store.onDidChange((routes) => this.show(routes)),
            vscode.commands.registerCommand("flask-lsp.openRoute", (node: Node) => reveal(server, node.location)),
            vscode.commands.registerCommand("flask-lsp.copyUrl", (node: Node) =>
                vscode.env.clipboard.writeText(node.url ?? ""),
            ),
        ];
    }

    getChildren(node?: Node): Node[] {
        return node?.children ?? this.roots;
    }

    getTreeItem(node: Node): vscode.TreeItem {
        const { None, Expanded } = vscode.TreeItemCollapsibleState;
        const item = new vscode.TreeItem(node.label, node.children.length > 0 ? Expanded : None);
        item.id = node.id;
        item.description = node.description;
        item.tooltip = new vscode.MarkdownString(node.tooltip);
        item.iconPath = node.icon;
        item.contextValue = (node.location === null ? "" : "place ") + (node.url === undefined ? "" : "url");
        item.accessibilityInformation = { label: `${node.description} ${node.label}` };
        if (node.location !== null) {
            item.command = { title: "Go to View", command: "flask-lsp.openRoute", arguments: [node] };
        }
        return item;
    }

    dispose(): void {
        this.disposables.forEach((each) => void each.dispose());
    }

    private show(routes: Routes): void {
        const has = routes.apps.length > 0;
        this.roots = routes.apps.map(appNode);
        void vscode.commands.executeCommand("setContext", "flask-lsp.hasRoutes", has);
        this.changed.fire(undefined);
    }
}

function appNode(app: App): Node {
    const id = `${app.root ?? ""}\n${app.file ?? ""}\n${app.name ?? ""}`;
    const node: Node = {
        id,
        label: app.name ?? "unknown application",
        description: [app.file ?? "", app.open.length > 0 ? "open: there may be more" : ""].filter(Boolean).join(" – "),
        tooltip: nameOf(app) + app.open.map(({ reason }) => `\n\n- there may be more routes: ${reason}`).join(""),
        icon: new vscode.ThemeIcon("server-process"),
        location: app.location,
        children: [],
    };
    const blueprints = new Map<string, Node>([["", node]]);
    for (const route of app.routes) {
        const parent = blueprintNode(node, blueprints, route);
        parent.children.push(routeNode(`${parent.id}\n${parent.children.length}`, route));
    }
    for (const each of blueprints.values()) {
        // Blueprints first, as folders in a list of files.
        each.children.sort((one, other) => Number(one.url !== undefined) - Number(other.url !== undefined));
    }
    return node;
}

/** The node under which a route stands, made if it is not there yet. */
function blueprintNode(app: Node, known: Map<string, Node>, route: Route): Node {
    let parent = app;
    let key = "";
    for (const blueprint of route.blueprints) {
        key += `\n${blueprint.file}:${blueprint.name}`;
        let node = known.get(key);
        if (node === undefined) {
            node = {
                id: app.id + key,
                label: blueprint.name,
                description: blueprint.file,
                tooltip: `blueprint \`${blueprint.name}\` in \`${blueprint.file}\``,
                icon: new vscode.ThemeIcon("symbol-namespace"),
                location: blueprint.location,
                children: [],
            };
            known.set(key, node);
            parent.children.push(node);
        }
        parent = node;
    }
    return parent;
}

function routeNode(id: string, route: Route): Node {
    const { view } = route;
    const answered = view === null ? "" : `, answered by \`${view.name}\` in \`${view.file}\``;
    const unsure = route.sure ? "" : "\n\nadded under a condition that cannot be told";
    return {
        id: `${id}\n${route.endpoint}`,
        label: urlOf(route),
        description: `${methodsOf(route)}${route.sure ? "" : " ?"}  ${route.endpoint}`,
        tooltip: `\`${methodsOf(route)} ${urlOf(route)}\`\n\nendpoint \`${route.endpoint}\`${answered}${unsure}`,
        icon: iconOf(route),
        location: view?.location ?? null,
        url: urlOf(route),
        children: [],
    };
}
