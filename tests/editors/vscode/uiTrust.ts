/** A folder that nobody has said to trust: what it wants to be started is not, and its mistakes are shown. */

import * as fs from "node:fs";
import * as path from "node:path";
import { User } from "./ui";
import { given, openWindow, startWorkbench } from "./workbench";

const WRONG = 'from flask import Flask\n\napp = Flask(__name__)\napp.secret_key = "dev"\n';

/** How many tests failed. */
export async function untrusted(folder: string): Promise<number> {
    const ran = path.join(folder, "ran");
    const program = path.join(folder, "program");
    fs.writeFileSync(program, `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
    fs.writeFileSync(path.join(folder, "wrong.py"), WRONG);
    fs.mkdirSync(path.join(folder, ".vscode"));
    const settings = { "flask-lsp.path": program, "flask-lsp.interpreter": program };
    fs.writeFileSync(path.join(folder, ".vscode", "settings.json"), JSON.stringify(settings));
    const workbench = await startWorkbench("untrusted", ["flask"], {}, false);
    const { browser, page } = await openWindow(workbench, folder);
    const user = new User(page, folder);
    const name = "a folder that is not trusted starts no program";
    try {
        await page.locator(".monaco-workbench").waitFor();
        await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
        await user.open("wrong.py");
        await page.locator(".squiggly-error").first().waitFor();
        if (fs.existsSync(ran)) {
            throw new Error(`${program} was run`);
        }
        console.log(`VS Code ${given.version}\nok ${name}`);
        return 0;
    } catch (error) {
        console.log(`FAILED ${name}: ${String(error)}`);
        return 1;
    } finally {
        await user.picture("untrusted");
        await browser.close();
        workbench.close();
    }
}
