package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"go.yaml.in/yaml/v4"

	"apierrorbot/internal/slacksim"
)

// deployFile reads a file of deploy.
func deployFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// areSettings checks that .env.example has all of some variables.
func areSettings(t *testing.T, variables map[string]string) {
	t.Helper()
	settings := envExample(t)
	for name := range variables {
		if _, ok := settings[name]; !ok {
			t.Errorf("%s is no setting of the bot's: .env.example does not have it", name)
		}
	}
	if variables["HTTP_ADDR"] == "" {
		t.Error("HTTP_ADDR is not set: does this test still see the variables?")
	}
}

// composeFile is what matters here of deploy/compose.yaml
// (https://docs.docker.com/reference/compose-file/services/).
type composeFile struct {
	Services map[string]struct {
		Environment     map[string]string
		EnvFile         string        `yaml:"env_file"`
		StopGracePeriod time.Duration `yaml:"stop_grace_period"`
		Ports, Volumes  []string
		DependsOn       map[string]any `yaml:"depends_on"`
	}
	Volumes map[string]any
}

// The Compose file sets what the bot reads, gives it the time that it needs to stop,
// and keeps the database in a volume with a name.
func TestCompose(t *testing.T) {
	raw := deployFile(t, "compose.yaml")
	variable := regexp.MustCompile(`\$\{([A-Z_]+)[^}]*\}`) // as Compose fills them in
	example, err := os.ReadFile("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range variable.FindAllStringSubmatch(raw, -1) {
		if !strings.Contains(string(example), m[1]+"=") {
			t.Errorf(".env.example does not tell of %s", m[1])
		}
	}
	var file composeFile
	if err := yaml.Unmarshal([]byte(variable.ReplaceAllString(raw, "$1")), &file); err != nil {
		t.Fatal(err)
	}
	bot := file.Services["bot"]
	areSettings(t, bot.Environment)
	if bot.EnvFile != "../.env" {
		t.Errorf("the tokens come from %q, want ../.env", bot.EnvFile)
	}
	if bot.StopGracePeriod < killedAfter {
		t.Errorf("the bot is killed after %v, want %v at least", bot.StopGracePeriod, killedAfter)
	}
	if diff := cmp.Diff([]string{"127.0.0.1:9090" + bot.Environment["HTTP_ADDR"]}, bot.Ports); diff != "" {
		t.Errorf("ports (-want +got):\n%s", diff)
	}
	url, err := pgx.ParseConfig(bot.Environment["DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	database := file.Services[url.Host]
	want := map[string]string{"POSTGRES_USER": url.User, "POSTGRES_DB": url.Database, "POSTGRES_PASSWORD": url.Password}
	if diff := cmp.Diff(want, database.Environment); diff != "" {
		t.Errorf("DATABASE_URL (-) and the service %s (+):\n%s", url.Host, diff)
	}
	if bot.DependsOn[url.Host] == nil {
		t.Errorf("the bot does not wait for %s", url.Host)
	}
	volume, _, _ := strings.Cut(strings.Join(database.Volumes, ","), ":")
	if _, named := file.Volumes[volume]; !named {
		t.Errorf("the database is kept in %q, which is no named volume", volume)
	}
}

// deployment is what matters here of deploy/kubernetes.yaml
// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/).
type deployment struct {
	Kind string
	Spec struct {
		Selector struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		}
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     struct {
				Grace           int `yaml:"terminationGracePeriodSeconds"` // seconds
				SecurityContext struct {
					RunAsUser string `yaml:"runAsUser"`
				} `yaml:"securityContext"`
				Containers []container
			}
		}
	}
}

type container struct {
	Env []struct {
		Name, Value string
		ValueFrom   struct {
			SecretKeyRef struct{ Key string } `yaml:"secretKeyRef"`
		} `yaml:"valueFrom"`
	}
	Ports []struct {
		Name          string
		ContainerPort string `yaml:"containerPort"`
	}
	ReadinessProbe httpProbe `yaml:"readinessProbe"`
	LivenessProbe  httpProbe `yaml:"livenessProbe"`
}

type httpProbe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

// The Deployment sets what the bot reads, asks for what it answers, and gives it the
// time that it needs to stop.
func TestKubernetes(t *testing.T) {
	var file deployment
	if err := yaml.Unmarshal([]byte(deployFile(t, "kubernetes.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	template := file.Spec.Template
	if file.Kind != "Deployment" || len(template.Spec.Containers) != 1 {
		t.Fatalf("a %s with %d containers, want a Deployment with one", file.Kind, len(template.Spec.Containers))
	}
	if diff := cmp.Diff(file.Spec.Selector.MatchLabels, template.Metadata.Labels); diff != "" || len(template.Metadata.Labels) == 0 {
		t.Errorf("labels that are selected (-) and that pods have (+):\n%s", diff)
	}
	if grace := time.Duration(template.Spec.Grace) * time.Second; grace < killedAfter {
		t.Errorf("the bot is killed after %v, want %v at least", grace, killedAfter)
	}
	if user := template.Spec.SecurityContext.RunAsUser; !strings.Contains(deployFile(t, "Dockerfile"), "\nUSER "+user+":") {
		t.Errorf("runs as user %q, and the image as another one", user)
	}
	bot := template.Spec.Containers[0]
	variables := make(map[string]string)
	for _, v := range bot.Env {
		// kubectl takes the names in .env as the keys of the secret.
		if key := v.ValueFrom.SecretKeyRef.Key; v.Value == "" && key != v.Name {
			t.Errorf("%s comes from the key %q", v.Name, key)
		}
		variables[v.Name] = v.Value
	}
	areSettings(t, variables)
	if len(bot.Ports) != 1 || ":"+bot.Ports[0].ContainerPort != variables["HTTP_ADDR"] {
		t.Fatalf("ports %+v, want that of HTTP_ADDR, %s", bot.Ports, variables["HTTP_ADDR"])
	}
	b := newWatchedBot(t, slacksim.Config{})
	for _, p := range []httpProbe{bot.ReadinessProbe, bot.LivenessProbe} {
		if code, _, body := b.get(p.HTTPGet.Path); code != http.StatusOK || p.HTTPGet.Port != bot.Ports[0].Name {
			t.Errorf("a probe of %s at port %s: %d %s", p.HTTPGet.Path, p.HTTPGet.Port, code, body)
		}
	}
}
