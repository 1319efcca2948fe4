/** The files that say how a project is deployed. Made by scripts/generate.py. */

/** What their paths match. */
export const PATTERNS: readonly string[] = [
    "**/{Dockerfile,Containerfile,*.Dockerfile,*.dockerfile,Dockerfile.*,Dockerfile-*}",
    "**/{Procfile,Procfile.*}",
    "**/*compose*.{yml,yaml}",
    "**/{app,app.*,render,values,values*}.{yml,yaml}",
    "**/*{deployment,deploy,statefulset,daemonset,cronjob,configmap,k8s,kube}*.{yml,yaml}",
    "**/{k8s,kube,kubernetes,helm,charts,manifests,deploy,deployment}/**/*.{yml,yaml}",
    "**/.github/workflows/*.{yml,yaml}",
    "**/*.service",
    "**/{.env*,*.env,.flaskenv}",
    "**/*{wsgi,app}*.ini",
    "**/supervisor*.conf",
    "**/*.sh",
];

/** The language ids that tell them by themselves. */
export const LANGUAGES: readonly string[] = [
    "dockerfile",
    "dockercompose",
    "dotenv",
    "procfile",
    "github-actions-workflow",
    "systemd-unit-file",
];
