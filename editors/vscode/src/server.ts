/** Keeps one server running: one start at a time, and no endless row of crashes. */

import * as vscode from "vscode";
import { type Client, createClient, type Surroundings } from "./client";
import { CannotLaunch, launch, type Launch } from "./launch";

export type State =
    | { readonly kind: "starting" }
    | { readonly kind: "running"; readonly version: string; readonly launch: Launch }
    | { readonly kind: "stopped" }
    | { readonly kind: "failed"; readonly reason: string };

const MOST_CRASHES = 3;
/** Milliseconds after which a crash is forgotten. */
const MEMORY = 3 * 60_000;

/** Milliseconds that a server may take to begin. */
const PATIENCE = 60_000;

export class Server implements vscode.Disposable {
    private client: Client | undefined;
    private current: State = { kind: "stopped" };
    private crashes: number[] = [];
    private queue: Promise<void> = Promise.resolve();
    private waiting: Promise<void> | undefined;
    /** When a process was started last, in milliseconds since 1970. */
    startedAt = 0;
    private readonly changed = new vscode.EventEmitter<State>();
    readonly onDidChangeState = this.changed.event;

    constructor(
        private readonly extension: vscode.Uri,
        private readonly around: Surroundings,
    ) {}

    get state(): State {
        return this.current;
    }

    /** The client of the running server. */
    get running(): Client | undefined {
        return this.current.kind === "running" ? this.client : undefined;
    }

    /** The process id of the running server. */
    get process(): number | undefined {
        return this.running?.process;
    }

    /** Starts the server, again if it runs. However often this is asked while it starts, it is done once more. */
    restart(): Promise<void> {
        this.crashes = [];
        return this.enqueue();
    }

    /** Starts it again if another program would be started now; if not, has it read its settings again. */
    async restartIfOther(): Promise<void> {
        const now = this.current.kind === "running" ? this.current.launch : undefined;
        const next = await launch(this.extension, this.around.python).catch(() => undefined);
        if (now === undefined || next?.command !== now.command || next.args.join("\0") !== now.args.join("\0")) {
            await this.restart();
        } else {
            await this.running?.sendNotification("workspace/didChangeConfiguration", { settings: null });
        }
    }

    async stop(): Promise<void> {
        await this.queue;
        await this.end();
        this.become({ kind: "stopped" });
    }

    dispose(): void {
        this.changed.dispose();
    }

    private enqueue(): Promise<void> {
        if (this.waiting === undefined) {
            this.waiting = this.queue.then(async () => {
                this.waiting = undefined;
                await this.start();
            });
            this.queue = this.waiting;
        }
        return this.waiting;
    }

    private async start(): Promise<void> {
        await this.end();
        this.become({ kind: "starting" });
        const { clientLog } = this.around;
        try {
            const found = await launch(this.extension, this.around.python);
            for (const { command, reason } of found.rejected) {
                clientLog.info(`Not used: ${command} ${reason}`);
            }
            clientLog.info(`Starting ${found.command} ${found.args.join(" ")}`);
            const begun = await this.begin(found);
            const version = begun.initializeResult?.serverInfo?.version ?? "of unknown version";
            clientLog.info(`Running flask-lsp ${version}`);
            this.become({ kind: "running", version, launch: found });
        } catch (error) {
            if (error instanceof CannotLaunch) {
                this.fail(error.message);
            } else {
                this.crashed(`The server does not start: ${error instanceof Error ? error.message : String(error)}`);
            }
        }
    }

    /** Starts a client; throws where its server ends at once or does not answer. */
    private begin(found: Launch): Promise<Client> {
        return new Promise((resolve, reject) => {
            const begun = createClient(found, this.around, () => {
                reject(new Error("it ends at once"));
                if (this.client === begun && this.current.kind === "running") {
                    this.crashed("The server has ended unexpectedly.");
                }
            });
            this.client = begun;
            this.startedAt = Date.now();
            const timer = setTimeout(() => reject(new Error("it does not answer")), PATIENCE);
            begun
                .start()
                .then(() => resolve(begun), reject)
                .finally(() => clearTimeout(timer));
        });
    }

    private crashed(how: string): void {
        const now = Date.now();
        this.crashes = [...this.crashes.filter((moment) => now - moment < MEMORY), now];
        if (this.crashes.length > MOST_CRASHES) {
            this.fail(`${how} It was restarted ${MOST_CRASHES} times and is left alone now; the server log may say why.`);
            return;
        }
        this.around.clientLog.warn(`${how} It is started again (${this.crashes.length} of ${MOST_CRASHES}).`);
        this.become({ kind: "starting" });
        void this.enqueue();
    }

    private fail(reason: string): void {
        this.around.clientLog.error(reason);
        this.become({ kind: "failed", reason });
    }

    private become(state: State): void {
        this.current = state;
        this.changed.fire(state);
    }

    /** Ends the server, whatever state it is in. */
    private async end(): Promise<void> {
        const client = this.client;
        this.client = undefined;
        try {
            await client?.dispose();
        } catch (error) {
            this.around.clientLog.debug(`The old server did not leave in order: ${String(error)}`);
        }
    }
}
