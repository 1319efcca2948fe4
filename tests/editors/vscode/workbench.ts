/** A running workbench, in a folder of its own, and a window of it in Chromium. */

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import * as path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { sleep } from "./wait";

/** What the tests are run with, from the environment that run.sh makes. */
export const given = {
    /** The folder of VS Code's server: `.../lib/vscode`. */
    code: need("CODE"),
    node: need("NODE"),
    version: need("VERSION"),
    newest: need("VERSION") === process.env["NEWEST"],
    /** Where workbenches and workspaces may be put. */
    work: need("WORK"),
    artefacts: need("ARTEFACTS"),
    /** What is installed, by name. */
    vsix: { flask: need("VSIX"), jedi: need("JEDI_VSIX"), python: need("PYTHON_VSIX") },
};

function need(name: string): string {
    const value = process.env[name];
    if (value === undefined || value === "") {
        throw new Error(`${name} is not set: the tests are started by run.sh`);
    }
    return value;
}

const SETTINGS = {
    "workbench.startupEditor": "none",
    "telemetry.telemetryLevel": "off",
    "extensions.autoCheckUpdates": false,
    "extensions.ignoreRecommendations": true,
    "workbench.welcomePage.walkthroughs.openOnInstall": false,
    "chat.commandCenter.enabled": false,
    "chat.disableAIFeatures": true,
    "editor.accessibilitySupport": "off",
    "editor.minimap.enabled": false,
    "workbench.reduceMotion": "on",
    // What is typed is what stands there.
    "editor.autoIndent": "none",
    "editor.autoClosingBrackets": "never",
    "editor.autoClosingQuotes": "never",
    "editor.acceptSuggestionOnEnter": "off",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "files.autoSave": "off",
    "git.enabled": false,
    "explorer.confirmDelete": false,
    "security.workspace.trust.startupPrompt": "never",
};

export interface Workbench {
    readonly address: string;
    close(): void;
}

/**
 * Starts the server of a workbench with these extensions; the environment goes to what they start. Folders are trusted,
 * or nobody has said so.
 */
export async function startWorkbench(
    name: string,
    extensions: readonly (keyof typeof given.vsix)[],
    environment: Record<string, string> = {},
    trusted = true,
): Promise<Workbench> {
    const home = path.join(given.work, "workbenches", `${given.version} ${name}`);
    fs.rmSync(home, { recursive: true, force: true });
    fs.mkdirSync(path.join(home, "data", "User"), { recursive: true });
    fs.writeFileSync(path.join(home, "data", "User", "settings.json"), JSON.stringify(SETTINGS));
    const main = path.join(given.code, "out", "server-main.js");
    const folders = ["--server-data-dir", home, "--extensions-dir", installed(main, extensions)];
    const port = await freePort();
    const options = ["--accept-server-license-terms", "--host", "127.0.0.1", "--port", String(port), "--without-connection-token", "--telemetry-level", "off"];
    const trust = trusted ? ["--disable-workspace-trust"] : [];
    const quiet = [...trust, "--enable-smoke-test-driver", "--force-disable-user-env"];
    const log = fs.openSync(path.join(home, "server.log"), "w");
    const server = spawn(given.node, [main, ...options, ...quiet, ...folders, "--user-data-dir", path.join(home, "data")], {
        stdio: ["ignore", log, log],
        env: { ...process.env, ...environment },
        detached: true, // a group of its own, to be ended with all that it starts
    });
    const address = `127.0.0.1:${port}`;
    await answers(`http://${address}/`, server);
    return { address, close: () => end(server) };
}

/** The folder in which these extensions are installed, for all workbenches that want the same. */
function installed(main: string, extensions: readonly (keyof typeof given.vsix)[]): string {
    const home = path.join(given.work, "extensions", `${given.version} ${extensions.join(" ")}`);
    const folder = path.join(home, "ext");
    const files = extensions.map((each) => given.vsix[each]);
    const made = Math.max(...files.map((file) => fs.statSync(file).mtimeMs));
    if (!fs.existsSync(folder) || fs.statSync(folder).mtimeMs < made) {
        fs.rmSync(home, { recursive: true, force: true });
        fs.mkdirSync(home, { recursive: true }); // VS Code 1.100 makes no folder of several levels
        const install = files.flatMap((file) => ["--install-extension", file]);
        const folders = ["--server-data-dir", home, "--extensions-dir", folder, "--accept-server-license-terms"];
        const done = spawnSync(given.node, [main, ...install, ...folders], { encoding: "utf8" });
        if (done.status !== 0) {
            throw new Error(`the extensions are not installed: ${done.stdout}${done.stderr}`);
        }
        fs.utimesSync(folder, new Date(), new Date());
    }
    return folder;
}

/** Opens a window on a folder, or on a file *.code-workspace. */
export async function openWindow(
    workbench: Workbench,
    folder: string,
    payload: readonly (readonly [string, string])[] = [],
): Promise<{ browser: Browser; page: Page }> {
    const browser = await chromium.launch({
        executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    });
    const page = await browser.newPage({
        viewport: { width: 1200, height: 760 },
        permissions: ["clipboard-read", "clipboard-write"],
    });
    page.setDefaultTimeout(120_000);
    const query = new URLSearchParams({ [folder.endsWith(".code-workspace") ? "workspace" : "folder"]: folder });
    if (payload.length > 0) {
        query.set("payload", JSON.stringify(payload));
    }
    await page.goto(`http://${workbench.address}/?${query.toString()}`, {
        waitUntil: "domcontentloaded",
        timeout: 120_000,
    });
    return { browser, page };
}

function end(server: ChildProcess): void {
    // It does not listen to SIGTERM once somebody has connected.
    if (server.pid !== undefined && server.exitCode === null) {
        process.kill(-server.pid, "SIGKILL");
    }
}

async function answers(url: string, server: ChildProcess): Promise<void> {
    for (let count = 0; count < 300; count++) {
        if (server.exitCode !== null) {
            throw new Error(`the workbench has ended with ${server.exitCode}`);
        }
        if (await fetch(url).then(({ ok }) => ok, () => false)) {
            return;
        }
        await sleep(100);
    }
    end(server);
    throw new Error(`the workbench does not answer at ${url}`);
}

async function freePort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}
