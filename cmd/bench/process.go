package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is how long a process of ours may take to start, or to end.
const patience = 30 * time.Second

// child is a process of ours that serves until it is stopped.
type child struct {
	cmd  *exec.Cmd
	stop func() // ends it, and waits until it has ended
}

// start runs a prepared command. When ctx ends, the process is told to end
// too, and is killed if it does not.
func start(ctx context.Context, path string, args []string, prepare func(*exec.Cmd) error) (*child, error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	err := prepare(cmd)
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	return &child{cmd, func() { cancel(); _ = cmd.Wait() }}, nil
}

// helper is this program as another process, which is told and answers in JSON.
type helper struct {
	*child
	tell   *json.Encoder
	answer *json.Decoder
}

func startHelper(ctx context.Context, role string) (*helper, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	h := new(helper)
	h.child, err = start(ctx, self, []string{role}, func(cmd *exec.Cmd) error {
		cmd.Stderr = os.Stderr
		in, err := cmd.StdinPipe()
		if err != nil {
			return err
		}
		out, err := cmd.StdoutPipe()
		h.tell, h.answer = json.NewEncoder(in), json.NewDecoder(out)
		return err
	})
	return h, err
}

// ask tells the helper something and waits for its answer.
func (h *helper) ask(what, answer any) error {
	if err := h.tell.Encode(what); err != nil {
		return fmt.Errorf("telling a helper process: %w", err)
	}
	if err := h.answer.Decode(answer); err != nil {
		return fmt.Errorf("hearing from a helper process: %w", err)
	}
	return nil
}

// startServer starts registerd and returns where its windows are, as its log
// tells when they listen.
func startServer(ctx context.Context, program, config string, windows int) (*child, map[string]string, error) {
	var log io.Reader
	c, err := start(ctx, program, []string{"serve", "--config", config}, func(cmd *exec.Cmd) (err error) {
		log, err = cmd.StderrPipe()
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	type line struct{ Msg, Window, Address, Level string }
	announced, ended := make(chan line, windows), make(chan string, 1)
	go func() {
		last := ""
		for lines := bufio.NewScanner(log); lines.Scan(); {
			var l line
			last = lines.Text()
			switch err := json.Unmarshal([]byte(last), &l); {
			case err != nil || l.Level != "INFO":
				say("registerd: %s", last)
			case l.Msg == "serving":
				announced <- l
			}
		}
		ended <- last
	}()
	addresses, late := map[string]string{}, time.After(patience)
	for len(addresses) < windows {
		select {
		case l := <-announced:
			addresses[l.Window] = l.Address
		case last := <-ended:
			err = fmt.Errorf("registerd ended: %s", last)
		case <-late:
			err = fmt.Errorf("registerd did not open its windows within %v", patience)
		}
		if err != nil {
			c.stop()
			return nil, nil, err
		}
	}
	return c, addresses, nil
}

// tick is the unit of processor time in /proc/PID/stat, see proc(5): USER_HZ
// is 100 on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// processorTime is what a process has used so far.
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is the name in parentheses and may hold blanks; utime
	// and stime are fields 14 and 15.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat: too short", pid)
	}
	var sum time.Duration
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/%d/stat: %w", pid, err)
		}
		sum += time.Duration(n) * tick
	}
	return sum, nil
}

// anonymous is the memory of a process that is its own and not the file
// cache's, in bytes.
func anonymous(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "RssAnon:")
	value, _, _ := strings.Cut(rest, "kB")
	kib, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("/proc/%d/status: RssAnon: %w", pid, err)
	}
	return kib << 10, nil
}
