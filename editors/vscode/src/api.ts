/** What other extensions may ask of this one; the tests do. */

import type { Routes } from "./protocol";
import type { State } from "./server";

export interface Api {
    readonly state: State;
    /** The routes that are shown. */
    readonly routes: Routes;
    /** The process id of the running server. */
    readonly process: number | undefined;
    /** When its process was started last, in milliseconds since 1970. */
    readonly startedAt: number;
}
