/** Runs every suite in one version of VS Code: inside the extension host, then with keyboard and mouse. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ui } from "./ui";
import { untrusted } from "./uiTrust";
import { until } from "./wait";
import { given, openWindow, startWorkbench } from "./workbench";

type Extension = keyof typeof given.vsix;

interface Plan {
    readonly extensions: readonly Extension[];
    /** Makes what the window is opened on; its path. */
    readonly workspace: (folder: string) => string;
    readonly environment?: (folder: string) => Record<string, string>;
}

const PYTHON = process.env["PYTHON"] ?? "";
const SHOP = process.env["SHOP"] ?? "";

const PLANS: Record<string, Plan> = {
    story: { extensions: ["flask", "jedi"], workspace: shop },
    files: { extensions: ["flask"], workspace: (folder) => made(path.join(folder, "empty")) },
    folders: { extensions: ["flask", "python"], workspace: severalFolders },
    interpreters: {
        extensions: ["flask"],
        workspace: (folder) => made(path.join(folder, "interpreters")),
        environment: (folder) => {
            const bin = made(path.join(folder, "bin"));
            const onPath = path.join(bin, "python3");
            fs.writeFileSync(onPath, "#!/bin/sh\necho 3.8\n", { mode: 0o755 });
            return { PATH: bin, ON_PATH: onPath };
        },
    },
    measure: { extensions: ["flask"], workspace: largeProject },
};

/** Suites from outside, in the workbench alone. */
const OUTSIDE: Record<string, (folder: string) => Promise<number>> = { untrusted, ui: (folder) => ui(shop(folder)) };

async function main(): Promise<void> {
    const all = [...Object.keys(PLANS), ...Object.keys(OUTSIDE)];
    const [wanted = all] = [process.argv.slice(2)].filter(({ length }) => length > 0);
    let failed = 0;
    for (const name of wanted) {
        const [plan, outside] = [PLANS[name], OUTSIDE[name]];
        try {
            if (plan === undefined && outside === undefined) {
                throw new Error(`there is no such suite, but ${all.join(", ")}`);
            }
            failed += plan === undefined ? ((await outside?.(fresh(name))) ?? 1) : await suite(name, plan);
        } catch (error) {
            failed++;
            console.log(`FAILED ${name}: ${String(error)}`);
        }
    }
    process.exitCode = failed > 0 ? 1 : 0;
}

/** Runs a suite in a window of its own; how many of its tests failed. */
async function suite(name: string, plan: Plan): Promise<number> {
    const folder = fresh(name);
    const results = path.join(folder, "results");
    const workspace = plan.workspace(folder);
    const environment = { SUITE: name, RESULTS: results, ...plan.environment?.(folder) };
    const workbench = await startWorkbench(name, plan.extensions, environment);
    const tests = `vscode-remote://${workbench.address}${process.env["TESTS"] ?? ""}`;
    const payload = [
        ["extensionDevelopmentPath", path.posix.dirname(tests)],
        ["extensionTestsPath", `${tests}/host.js`],
    ] as const;
    const { browser, page } = await openWindow(workbench, workspace, payload);
    const read = (): string => (fs.existsSync(results) ? fs.readFileSync(results, "utf8") : "");
    try {
        await until("the tests end", () => read().includes("\nEND "), 1200);
    } catch (error) {
        fs.appendFileSync(results, `FAILED to end: ${String(error)}\nEND 1\n`);
    }
    await page.screenshot({ path: path.join(given.artefacts, `${given.version} ${name}.png`) });
    await browser.close();
    workbench.close();
    const lines = read().split("\n");
    console.log(lines.filter((line) => !line.startsWith("END")).join("\n").trim());
    return Number(lines.find((line) => line.startsWith("END "))?.slice(4) ?? 1);
}

function fresh(name: string): string {
    const folder = path.join(given.work, "workspaces", given.version, name);
    fs.rmSync(folder, { recursive: true, force: true });
    return made(folder);
}

function made(folder: string): string {
    fs.mkdirSync(folder, { recursive: true });
    return folder;
}

/** A copy of the shop in a folder. */
function shop(folder: string, name = "shop"): string {
    const copy = path.join(folder, name);
    fs.cpSync(SHOP, copy, { recursive: true });
    return copy;
}

/** Folders with names that trip programs up, the first two with other versions of Flask; as one workspace. */
function severalFolders(folder: string): string {
    const names = ["spaces and #1", "100% für 你 ñ", "plain"];
    const paths = names.map((name) => shop(folder, name));
    const linked = path.join(folder, "linked");
    fs.symlinkSync(shop(made(path.join(folder, "real"))), linked);
    const versions = ["2.2.5", "3.1.0", "3.1.0"];
    for (const [index, version] of versions.entries()) {
        const home = paths[index] ?? "";
        environment(path.join(home, ".chosen"), version);
        const settings = { "python.defaultInterpreterPath": path.join(home, ".chosen", "bin", "python") };
        made(path.join(home, ".vscode"));
        fs.writeFileSync(path.join(home, ".vscode", "settings.json"), JSON.stringify(settings));
    }
    const file = path.join(folder, "several.code-workspace");
    fs.writeFileSync(file, JSON.stringify({ folders: [...paths, linked].map((each) => ({ path: each })) }));
    return file;
}

/** What is read of an environment: its interpreter, and the versions of what is installed. */
function environment(home: string, flask: string): void {
    const site = made(path.join(home, "lib", "python3.11", "site-packages"));
    for (const [name, version] of [["flask", flask], ["werkzeug", flask]]) {
        const metadata = made(path.join(site, `${name}-${version}.dist-info`));
        fs.writeFileSync(path.join(metadata, "METADATA"), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
    }
    fs.symlinkSync(PYTHON, path.join(made(path.join(home, "bin")), "python"));
}

/** 20,000 lines in 40 modules of views. */
function largeProject(folder: string): string {
    const home = path.join(folder, "large");
    const script = path.join(process.env["SOURCES"] ?? "", "large_project.py");
    const done = spawnSync(PYTHON, [script, home], { encoding: "utf8" });
    if (done.status !== 0) {
        throw new Error(done.stderr);
    }
    return home;
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
