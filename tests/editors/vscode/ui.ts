/** The story with keyboard and mouse, in Chromium. What is seen on the way is kept as pictures. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { Page } from "playwright-core";
import { sleep, until } from "./wait";
import { given, openWindow, startWorkbench } from "./workbench";

const SQUIGGLES = ".squiggly-warning, .squiggly-error, .squiggly-info";

/** Tells the story in a shop; how many of its parts failed: none or one, for each rests on those before. */
export async function ui(shop: string): Promise<number> {
    fs.writeFileSync(path.join(shop, "Dockerfile"), "FROM python:3.13\nENV FLASK_DEBUG=1\nCMD gunicorn shop:app\n");
    const workbench = await startWorkbench("ui", ["flask", "jedi"]);
    const { browser, page } = await openWindow(workbench, shop);
    const user = new User(page, shop);
    console.log(`VS Code ${given.version}, with keyboard and mouse`);
    try {
        for (const [name, part] of Object.entries(PARTS)) {
            const begin = Date.now();
            await part(user).catch((error: unknown) => {
                throw new Error(name, { cause: error });
            });
            console.log(`ok ${name} (${Date.now() - begin} ms)`);
        }
        return 0;
    } catch (error) {
        await user.picture("failed");
        console.log(`FAILED ${error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error)}`);
        return 1;
    } finally {
        await browser.close();
        workbench.close();
    }
}

/** Somebody with a keyboard and a mouse. */
export class User {
    constructor(
        readonly page: Page,
        private readonly shop: string,
    ) {}

    async picture(name: string): Promise<void> {
        await this.page.screenshot({ path: path.join(given.artefacts, `${given.version} ui ${name}.png`) });
    }

    /** A part of the window for the README of the extension, which is written only where that is asked for. */
    async pictureForReadme(name: string, clip: { x: number; y: number; width: number; height: number }): Promise<void> {
        const folder = process.env["README_PICTURES"] ?? given.artefacts;
        if (given.newest) {
            await this.page.screenshot({ path: path.join(folder, `${name}.png`), clip });
        }
    }

    async open(file: string): Promise<void> {
        await this.quiet();
        await this.page.keyboard.press("Control+P");
        await this.page.locator(".quick-input-widget input").first().waitFor();
        await this.page.keyboard.type(file);
        const name = path.basename(file);
        await this.choose(name);
        await this.isShown(name);
    }

    async command(title: string): Promise<void> {
        await this.quiet();
        await this.page.keyboard.press("F1");
        await this.page.locator(".quick-input-widget input").first().waitFor();
        await this.page.keyboard.type(title);
        await this.choose(title);
    }

    /** Takes what is chosen in the list that is open, once it is this. */
    async choose(text: string): Promise<void> {
        await this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: text }).first().waitFor();
        await this.page.keyboard.press("Enter");
    }

    /**
     * Waits until a file is shown and has the keyboard. Nothing may be typed before: an editor that takes the keyboard
     * late closes the list that was opened meanwhile.
     */
    private async isShown(name: string): Promise<void> {
        await this.page.locator(".tab.active", { hasText: name }).waitFor();
        await this.page.locator(".editor-group-container.active .monaco-editor.focused").first().waitFor();
    }

    /** Waits until the cursor stands in that line of a file. */
    async isAt(file: string, text: string): Promise<void> {
        const line = this.read(file).split("\n").findIndex((each) => each.includes(text)) + 1;
        await this.page.locator(".statusbar-item", { hasText: new RegExp(`^Ln ${line}, Col`) }).first().waitFor();
        await this.isShown(path.basename(file));
    }

    /** Goes to a line by its number, from 1, and a column. */
    async goTo(line: number, column: number): Promise<void> {
        await this.quiet();
        await this.page.keyboard.press("Control+G");
        await this.page.locator(".quick-input-widget input").first().waitFor();
        await this.page.keyboard.type(`:${line}:${column}`.slice(1));
        await this.page.keyboard.press("Enter");
        await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    }

    /** Waits until the list that was used last is gone: it would take what is typed. */
    private async quiet(): Promise<void> {
        await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    }

    /** Where a text stands in a file on disk. */
    async goToText(file: string, text: string): Promise<void> {
        const lines = this.read(file).split("\n");
        const line = lines.findIndex((each) => each.includes(text));
        await this.goTo(line + 1, (lines[line]?.indexOf(text) ?? 0) + 2);
    }

    read(file: string): string {
        return fs.readFileSync(path.join(this.shop, file), "utf8");
    }

    /** Takes a quick fix by its title; the keyboard does it, for in 1.100 something lies above the menu. */
    async fix(title: string): Promise<void> {
        const row = (more = ""): string => `.action-widget .monaco-list-row${more}`;
        await this.page.keyboard.press("Control+.");
        await this.page.locator(row(), { hasText: title }).first().waitFor();
        for (let count = 0; count < 20; count++) {
            if ((await this.page.locator(row(".focused"), { hasText: title }).count()) > 0) {
                break;
            }
            await this.page.keyboard.press("ArrowDown");
        }
    }

    squiggles(): Promise<number> {
        return this.page.locator(SQUIGGLES).count();
    }

    async save(file: string, holds: string): Promise<void> {
        await this.page.keyboard.press("Control+S");
        await until(`${holds} in ${file}`, () => this.read(file).includes(holds));
    }
}

const PARTS: Record<string, (user: User) => Promise<void>> = {
    async "the workbench opens"({ page }) {
        await page.locator(".monaco-workbench").waitFor();
        await page.locator(".explorer-viewlet").waitFor();
    },

    async "a file is opened, and its mistakes are underlined"(user) {
        await user.open("orders.py");
        await user.page.locator(SQUIGGLES).first().waitFor();
        await until("all squiggles", async () => (await user.squiggles()) >= 5);
        // Both servers are there, and the routes.
        await user.page.locator(".pane-header", { hasText: "Flask Routes" }).waitFor();
        await user.picture("1 squiggles");
    },

    async "the status says which server runs"({ page }) {
        await page.locator('[id="status.languageStatus"]').hover();
        await page.locator(".hover-language-status", { hasText: /flask-lsp \d+\.\d+/ }).first().waitFor();
        await page.mouse.move(700, 500);
    },

    async "a hover says why"(user) {
        await user.goToText("shop/orders.py", '"page", 1'); // a string, of which the other server says nothing
        await user.page.keyboard.press("Control+K");
        await user.page.keyboard.press("Control+I");
        await user.page.locator(".monaco-hover .hover-row", { hasText: "cast-query-argument" }).first().waitFor();
        await sleep(500); // it is drawn
        await user.picture("2 hover");
        await user.pictureForReadme("hover", { x: 352, y: 36, width: 840, height: 620 });
        await user.page.keyboard.press("Escape");
    },

    async "a quick fix, saved"(user) {
        await user.goToText("shop/orders.py", 'int(request.args.get("page"');
        const before = await user.squiggles();
        await user.fix("type=int");
        await user.picture("3 quick fix");
        await user.pictureForReadme("fix", { x: 352, y: 200, width: 640, height: 360 });
        await user.page.keyboard.press("Enter");
        await until("one squiggle less", async () => (await user.squiggles()) < before);
        await user.save("shop/orders.py", 'request.args.get("page", default=1, type=int)');
    },

    async "all that is safe is fixed"(user) {
        const before = await user.squiggles();
        await user.command("Flask: Fix All");
        await until("fewer squiggles", async () => (await user.squiggles()) < before);
        await user.save("shop/orders.py", "session.modified = True");
        await user.picture("4 fix all");
    },

    async "a circular import is undone in several files"(user) {
        await user.open("models.py");
        await user.page.locator(".squiggly-error").first().waitFor();
        await user.goTo(3, 19); // from shop import db
        await user.fix("Move `db`");
        await user.picture("5 circular import");
        await user.page.keyboard.press("Enter");
        await until("no error any more", async () => (await user.page.locator(".squiggly-error").count()) === 0);
        await user.command("File: Save All");
        await until("both are saved", () => !user.read("shop/__init__.py").includes("db = SQLAlchemy(app)"));
    },

    async "the routes, and from one to its view"(user) {
        const header = user.page.locator(".pane-header", { hasText: "Flask Routes" });
        if ((await header.getAttribute("aria-expanded")) !== "true") {
            await header.click();
        }
        const route = user.page.locator(".pane-body .monaco-list-row", { hasText: "/orders/thanks" }).first();
        await route.waitFor();
        await sleep(500);
        const box = await header.boundingBox();
        if (box !== null) {
            await user.page.mouse.move(box.x + 60, box.y);
            await user.page.mouse.down();
            await user.page.mouse.move(box.x + 60, box.y - 200, { steps: 8 });
            await user.page.mouse.up();
            await user.page.mouse.move(700, 500);
        }
        await sleep(500);
        await route.click();
        await user.isAt("shop/orders.py", "def thanks");
        await user.picture("6 routes");
        await user.pictureForReadme("routes", { x: 0, y: 36, width: 960, height: 692 });
        await route.hover();
        await route.locator(".action-label.codicon-copy").click();
        await until("the URL in the clipboard", async () => {
            return (await user.page.evaluate("navigator.clipboard.readText()")) === "/orders/thanks";
        });
        await user.command("Flask: Show Routes");
        await user.page.locator(".quick-input-list .monaco-list-row", { hasText: "/orders/products" }).first().waitFor();
        await user.picture("7 show routes");
        await user.page.keyboard.type("cart");
        await user.choose("/orders/cart");
        await user.isAt("shop/orders.py", "def add_to_cart");
    },

    async "a rule is explained"(user) {
        await user.command("Flask: Explain Rule");
        await user.page.locator('.quick-input-widget input[placeholder="Explain a rule"]').waitFor();
        await user.page.keyboard.type("FL905");
        await user.choose("cast-query-argument");
        await user.page.locator(".tab", { hasText: "FL905" }).first().waitFor();
        await until("the page, in a frame of its own", async () => {
            const texts = user.page.frames().map((frame) => frame.locator("body").innerText().catch(() => ""));
            return (await Promise.all(texts)).some((text) => text.includes("cast-query-argument"));
        });
        await user.picture("8 explained");
    },

    async "a Dockerfile"(user) {
        const found = user.page.locator(".editor-group-container.active .squiggly-error");
        await user.open("Dockerfile");
        await found.first().waitFor();
        await user.command("Flask: Fix All"); // is offered, and finds nothing that wants no look
        await user.page.locator(".statusbar-item", { hasText: "nothing here can be repaired safely" }).waitFor();
        await user.goToText("Dockerfile", "FLASK_DEBUG");
        await user.fix("to `0`");
        await user.picture("9 Dockerfile");
        await user.page.keyboard.press("Enter");
        await until("no squiggle", async () => (await found.count()) === 0);
        await user.save("Dockerfile", "FLASK_DEBUG=0");
    },

    async "200 characters, as fast as keys can be sent"(user) {
        const page = user.page;
        await user.command("View: Close All Editors");
        await user.open("orders.py");
        await page.locator(".monaco-editor .view-line").first().waitFor();
        const before = await user.squiggles();
        await page.keyboard.press("Control+End");
        const typed = `\n\n@bp.route("/typed")\ndef typed():\n    number = int(request.args.get("number", "0"))\n    name = "${"x".repeat(50)}"\n    return redirect(url_for("orders.typed", number=number, name=name))\n`;
        await page.keyboard.type(typed);
        await until("one squiggle more", async () => (await user.squiggles()) === before + 1);
        await user.picture("10 typed");
        await user.save("shop/orders.py", typed);
    },

    async "no pop-up was seen"({ page }) {
        const toasts = await page.locator(".notification-toast").allInnerTexts();
        const ours = toasts.filter((text) => /flask/i.test(text));
        if (ours.length > 0) {
            throw new Error(ours.join("; "));
        }
    },
};
