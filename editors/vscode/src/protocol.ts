/** Made by scripts/generate.py. */

import type { Location } from "vscode-languageclient";

export interface Rule {
    /** `FL402`. */
    code: string;
    /** `secret-key-hardcoded`. */
    name: string;
    /** What it finds, in a few words. */
    title: string;
}

export interface RoutesParams {
    /** Send `flask-lsp/routesChanged` from now on, or no more. Without it, all stays as it is. */
    watch?: boolean;
}

export interface Routes {
    /** All files are read. Before that, what is missing may come; a client that watches is told. */
    complete: boolean;
    apps: App[];
}

export interface App {
    /** As it is bound: `app`, `create_app.app`; `null` for the routes of an application that cannot be told. */
    name: string | null;
    /** Its path below the folder of its project. */
    file: string | null;
    /** The URI of that folder. */
    root: string | null;
    /** Where it is bound. */
    location: Location | null;
    /** The function that makes it. */
    factory: string | null;
    /** Why it may have more routes than these; empty where it has none but these. */
    open: Doubt[];
    /** By rule and endpoint. */
    routes: Route[];
}

export interface Route {
    /** Without the `HEAD` and `OPTIONS` that Flask adds; `null` where they cannot be told. */
    methods: string[] | null;
    /** With all prefixes: `/api/users/<int:id>`. */
    rule: string;
    /** As `url_for` takes it. */
    endpoint: string;
    /** The function or class that answers, where it is one of the project's. */
    view: Named | null;
    /** Through which it comes, outermost first. */
    blueprints: Named[];
    subdomain: string | null;
    /** Added whenever the application is made; else under a condition that cannot be told. */
    sure: boolean;
}

export interface Named {
    name: string;
    /** Its path below the folder of its project. */
    file: string;
    /** Where the name is bound, as the protocol has it. */
    location: Location | null;
}

export interface Doubt {
    uri: string;
    reason: string;
}

export type { Location };
